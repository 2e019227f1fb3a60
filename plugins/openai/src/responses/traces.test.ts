import { AsyncIterableQueue, initializeLogger, type llm } from '@livekit/agents';
import { collectSpans, takeSpans } from '@patchbay/conformance/testing';
import type { Mind } from '@patchbay/loopback';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cloudOf } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { LLM } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });
collectSpans();
beforeEach(() => void takeSpans());

const words = Array.from({ length: 50 }, (_, at) => `word${at} `);

/** A model whose cloud says these words, each in a read of its own; at `break` it breaks then. */
async function wordy(useWebSocket: boolean): Promise<LLM> {
  const mind: Mind = {
    async *reply({ turns }) {
      for (const text of words) {
        yield { type: 'text', text };
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (turns.at(-1)?.text === 'break') throw new Error('the mind is gone');
    },
  };
  const cloud = await cloudOf(mind);
  const model = new LLM({ apiKey: 'sk-test', baseURL: cloud.url, useWebSocket });
  onTestFinished(() => model.aclose());
  return model;
}

/** What LiveKit's span of a request says that the model said. */
async function traced(): Promise<{ text: string; attributes: Record<string, unknown> }> {
  const found = await vi.waitUntil(() => {
    const spans = JSON.parse(takeSpans()) as { name: string; attributes: Record<string, unknown> }[];
    return spans.find(({ name }) => name === 'llm_request');
  });
  const messages = JSON.parse(found.attributes['gen_ai.output.messages'] as string) as {
    parts: { content: string }[];
  }[];
  return { text: messages.map(({ parts }) => parts.map(({ content }) => content).join('')).join(''), ...found };
}

describe.each([
  ['a WebSocket', true],
  ['HTTP', false],
])('the trace of a reply over %s', (_, useWebSocket) => {
  it('has all of its words, and its tokens', async () => {
    const model = await wordy(useWebSocket);
    const metrics: { completionTokens: number; ttftMs: number }[] = [];
    model.on('metrics_collected', (each) => metrics.push(each));
    const said = await new Conversation(model).turn('speak');
    const { text, attributes } = await traced();
    expect(said.text).toBe(words.join(''));
    expect(text).toBe(said.text);
    expect(attributes['gen_ai.usage.output_tokens']).toBe(said.usage[0]!.completionTokens);
    expect(metrics).toMatchObject([{ completionTokens: said.usage[0]!.completionTokens }]);
    expect(metrics[0]!.ttftMs).toBeGreaterThanOrEqual(0);
  });

  it('does not cost LiveKit’s loop of metrics a turn per word', async () => {
    const model = await wordy(useWebSocket);
    const puts = vi.spyOn(AsyncIterableQueue.prototype, 'put');
    onTestFinished(() => puts.mockRestore());
    const said = await new Conversation(model).turn('speak');
    expect(said.text).toBe(words.join(''));
    const withWords = puts.mock.calls.filter(([chunk]) => (chunk as llm.ChatChunk).delta?.content);
    // One for each word and who listens; the first and then sixteen at a time for LiveKit's, in its queue and behind it.
    expect(withWords.length).toBeLessThanOrEqual(words.length + 2 * 5);
  });

  it('has all of the words that came before it failed', async () => {
    const model = await wordy(useWebSocket);
    const failures = failuresOf(model);
    const said = await new Conversation(model).turn('break');
    expect((await traced()).text).toBe(said.text);
    expect(said.text).toBe(words.join(''));
    expect(failures).toHaveLength(1);
  });

  it('has all but the last fifteen pieces of one that is broken off', async () => {
    const model = await wordy(useWebSocket);
    const conversation = new Conversation(model);
    conversation.context.addMessage({ role: 'user', content: 'speak' });
    const stream = model.chat({ chatCtx: conversation.context });
    const heard: string[] = [];
    for await (const { delta } of stream as AsyncIterable<llm.ChatChunk>) {
      if (delta?.content) heard.push(delta.content);
      if (heard.length === 40) stream.close();
    }
    const { text } = await traced();
    expect(text).not.toBe('');
    expect(heard.join('').startsWith(text)).toBe(true);
    expect(heard.length).toBeGreaterThanOrEqual(40);
    expect(heard.length - text.trim().split(' ').length).toBeLessThan(16);
  });
});
