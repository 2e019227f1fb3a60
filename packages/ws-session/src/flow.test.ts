import { describe, expect, it, vi } from 'vitest';
import { Flow } from './flow.ts';

describe('the flow', () => {
  it('asks once per so many bytes, and not again before the answer', () => {
    const flow = new Flow(100);
    flow.sent(99);
    expect(flow.isDue).toBe(false);
    flow.sent(1);
    expect(flow.isDue).toBe(true);
    const carried = flow.ask();
    flow.sent(1_000);
    expect(flow.isDue).toBe(false);
    expect(flow.answered(carried)).toBe(true);
    expect(flow.unread).toBe(1_000);
    expect(flow.isDue).toBe(true);
  });

  it('concludes nothing from a peer that does not echo', () => {
    const flow = new Flow(100);
    flow.sent(100_000);
    flow.ask();
    for (const carried of ['', 'hello', '-1', '100001', '9'.repeat(30)]) expect(flow.answered(carried)).toBe(false);
    expect(flow.unread).toBe(0);
  });

  it('knows how much of the audio was read, to the last question that was answered', () => {
    const flow = new Flow(100);
    flow.sent(60, 20);
    expect(flow.unreadAudioMs).toBe(20);
    flow.sent(60, 20);
    const first = flow.ask();
    flow.sent(60, 20);
    flow.ask();
    flow.sent(60, 20);
    flow.answered(first);
    expect(flow.unreadAudioMs).toBe(40);
    flow.finished();
    expect(flow.unreadAudioMs).toBe(0);
  });

  it('concludes nothing about audio either from a peer that echoes something else', () => {
    const flow = new Flow(100);
    flow.sent(100, 20);
    flow.ask();
    flow.answered('hello');
    expect(flow.unreadAudioMs).toBe(0);
  });

  it('understands an answer to the last of several questions', () => {
    const flow = new Flow(100);
    flow.sent(150);
    flow.ask();
    flow.sent(150);
    const last = flow.ask();
    flow.answered(last);
    expect(flow.unread).toBe(0);
    expect(flow.answered('150')).toBe(false);
    expect(flow.unread).toBe(0);
  });

  it('remembers no question that was answered', () => {
    const set = vi.spyOn(Map.prototype, 'set');
    const flow = new Flow(100);
    for (let question = 0; question < 1_000; question++) {
      flow.sent(100, 20);
      flow.answered(flow.ask());
    }
    const tables = set.mock.contexts as Map<unknown, unknown>[];
    set.mockRestore();
    expect(tables).toHaveLength(1_000);
    expect(tables.filter((table) => table.size > 0)).toEqual([]);
    expect(flow.unreadAudioMs).toBe(0);
  });
});
