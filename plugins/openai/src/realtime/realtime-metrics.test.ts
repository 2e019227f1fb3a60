import type { metrics } from '@livekit/agents';
import { expect, test } from 'vitest';
import { next, useBench } from './__fixtures__/realtime-test.ts';
import type { Line } from './__fixtures__/scripted-service.ts';
import type { RealtimeSession } from './realtime-session.ts';

const bench = useBench();

async function reply(
  session: RealtimeSession,
  line: Line,
  usage: object | null = null,
): Promise<metrics.RealtimeModelMetrics> {
  const told = next<metrics.RealtimeModelMetrics>(session, 'metrics_collected');
  line.created('r1');
  line.done('r1', 'completed', { usage });
  return told;
}

test('every kind of token is counted, cached ones and pictures too', async () => {
  const session = bench.open({ model: 'gpt-realtime-2' });
  const line = await bench.service.line();
  const usage = {
    total_tokens: 330,
    input_tokens: 300,
    output_tokens: 30,
    input_token_details: {
      text_tokens: 50,
      audio_tokens: 100,
      image_tokens: 150,
      cached_tokens: 120,
      cached_tokens_details: { text_tokens: 40, audio_tokens: 60, image_tokens: 20 },
    },
    output_token_details: { text_tokens: 10, audio_tokens: 20 },
  };
  expect(await reply(session, line, usage)).toMatchObject({
    requestId: 'r1',
    inputTokens: 300,
    outputTokens: 30,
    totalTokens: 330,
    inputTokenDetails: {
      textTokens: 50,
      audioTokens: 100,
      imageTokens: 150,
      cachedTokens: 120,
      cachedTokensDetails: { textTokens: 40, audioTokens: 60, imageTokens: 20 },
    },
    outputTokenDetails: { textTokens: 10, audioTokens: 20, imageTokens: 0 },
    metadata: { modelName: 'gpt-realtime-2', modelProvider: new URL(bench.service.url).host },
  });
});

test('a reply that says nothing of its cost has metrics of zero, and no first token', async () => {
  const session = bench.open();
  expect(await reply(session, await bench.service.line())).toMatchObject({
    inputTokens: 0,
    outputTokens: 0,
    ttftMs: -1,
    cancelled: false,
  });
});

test('the first reply of a socket knows how long that took to open, and the next ones that it was there', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  const first = await reply(session, line);
  expect(first.acquireTimeMs).toBeGreaterThanOrEqual(0);
  expect(first.connectionReused).toBe(false);
  expect((await reply(session, line)).connectionReused).toBe(true);
  await bench.clock.advance(10_000);
  session.reconnect('a test');
  await bench.until(() => bench.service.lines.length === 2);
  expect((await reply(session, await bench.service.line(2))).connectionReused).toBe(false);
});

test('the time connected is reported once each: what all replies report is the time of all sockets', async () => {
  const session = bench.open();
  let openedAt = 0;
  session.on('connection', ({ type }: { type: string }) => {
    if (type === 'open') openedAt = bench.clock.now();
  });
  const first = await bench.service.line();
  await first.event('session.update');
  await bench.clock.advance(5_000);
  expect((await reply(session, first)).sessionDurationMs).toBe(5_000);
  await bench.clock.advance(2_000);
  expect((await reply(session, first)).sessionDurationMs).toBe(2_000);
  await bench.clock.advance(4_000);
  first.socket.terminate();
  await next(session, 'connection');
  const second = await bench.replacement();
  await second.event('session.update');
  await bench.clock.advance(1_000);
  const reported = (await reply(session, second)).sessionDurationMs!;
  expect(reported).toBe(4_000 + bench.clock.now() - openedAt);
});
