import type { llm } from '@livekit/agents';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReplyChunks } from './reply-chunks.ts';

const id = 'response-1';
const words = (content: string, of = id): llm.ChatChunk => ({ id: of, delta: { role: 'assistant', content } });
const usage = { promptTokens: 1, completionTokens: 2, promptCachedTokens: 0, totalTokens: 3 };
const textOf = (chunks: readonly llm.ChatChunk[]): string => chunks.map(({ delta }) => delta?.content ?? '').join('');

let heard: llm.ChatChunk[];
let counted: llm.ChatChunk[];
let chunks: ReplyChunks;

beforeEach(() => {
  [heard, counted] = [[], []];
  chunks = new ReplyChunks({ put: (chunk) => heard.push(chunk) }, { put: (chunk) => counted.push(chunk) });
});

describe('the chunks of a reply', () => {
  it('are heard one by one, and wake LiveKit’s loop of metrics for the first and for every sixteenth', () => {
    for (let piece = 0; piece < 161; piece++) {
      chunks.put(words(`${piece} `));
      expect(heard).toHaveLength(piece + 1);
    }
    expect(counted).toHaveLength(11);
    expect(textOf(counted)).toBe(textOf(heard));
  });

  it('are counted to the last word', () => {
    for (const text of ['one ', 'two ', 'three']) chunks.put(words(text));
    expect(textOf(counted)).toBe('one ');
    chunks.flush();
    expect(textOf(counted)).toBe('one two three');
    chunks.flush();
    expect(counted).toHaveLength(2);
  });

  it('are counted in their order, and calls, details and tokens as they come', () => {
    const call: llm.ChatChunk = {
      id,
      delta: { role: 'assistant', content: 'so', toolCalls: [{} as llm.FunctionCall] },
    };
    const extra: llm.ChatChunk = { id, delta: { role: 'assistant', extra: { openai: {} } } };
    const all: llm.ChatChunk[] = [words('a '), words('b '), call, words('c '), extra, words('d'), { id, usage }];
    for (const chunk of all) chunks.put(chunk);
    expect(heard).toEqual(all);
    expect(counted).toEqual(all);
  });

  it('are counted under the response that said them', () => {
    for (const chunk of [words('a '), words('b '), words('c ', 'response-2'), words('d', 'response-2')])
      chunks.put(chunk);
    chunks.flush();
    expect(counted).toEqual([words('a '), words('b '), words('c ', 'response-2'), words('d', 'response-2')]);
  });

  it('are counted at the sixteenth behind ones that say nothing, too', () => {
    for (let piece = 0; piece < 17; piece++) chunks.put(words(''));
    for (let piece = 0; piece < 17; piece++) chunks.put(words('more '));
    expect(textOf(counted)).toBe('more '.repeat(16));
  });

  it('that are the first words are counted at once, whatever came before them', () => {
    chunks.put({ id, delta: { role: 'assistant', extra: { openai: {} } } });
    chunks.put(words('a '));
    expect(textOf(counted)).toBe('a ');
  });
});
