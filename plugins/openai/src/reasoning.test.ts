import { describe, expect, it } from 'vitest';
import { defaultReasoningEffort, supportsReasoningEffort } from './reasoning.ts';

describe('pain 32: models that came after a list was written', () => {
  it.each([
    ['gpt-5', 'minimal'],
    ['gpt-5-mini', 'minimal'],
    ['gpt-5-nano-2025-08-07', 'minimal'],
    ['gpt-5.1', 'none'],
    ['gpt-5.4-mini', 'none'],
    ['gpt-5.5', 'none'],
    ['gpt-5.6-luna', 'none'],
    ['gpt-5.6-sol-2026-08-01', 'none'],
    ['gpt-5-pro', undefined],
    ['gpt-5.3-codex', undefined],
    ['gpt-5-chat-latest', undefined],
    ['gpt-6-sol', undefined],
    ['gpt-4.1', undefined],
    ['llama-4', undefined],
  ])('%s thinks %s by default', (model, effort) => {
    expect(defaultReasoningEffort(model)).toBe(effort);
  });

  it.each([
    ['o3', true],
    ['gpt-5.5', true],
    ['gpt-6-astra', true],
    ['gpt-5-chat-latest', false],
    ['gpt-4.1', false],
  ])('%s takes an effort: %s', (model, takes) => {
    expect(supportsReasoningEffort(model)).toBe(takes);
  });
});
