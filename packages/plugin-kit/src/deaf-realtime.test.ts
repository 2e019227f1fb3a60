import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Aviary, Parrot } from './__fixtures__/realtime-aviary.ts';
import type { ParrotSession } from './__fixtures__/realtime-aviary.ts';
import { until } from './__fixtures__/until.ts';

initializeLogger({ pretty: false, level: 'silent' });

let clock: ManualClock;
let restore: () => void;
let aviary: Aviary;
let model: Parrot;
let session: ParrotSession;

beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
  aviary = await Aviary.open();
  model = new Parrot(aviary.url, { repeatsSpeech: true, replyMs: 5_000 });
  session = model.session();
  session.on('error', () => undefined);
  await (await aviary.perch(1)).hears('hello');
});

afterEach(async () => {
  await model.close();
  await aviary.close();
  restore();
});

/** Pushes sound as a microphone does. */
async function push(level: number, milliseconds: number): Promise<void> {
  for (let at = 0; at < milliseconds; at += 100) {
    session.pushAudio(new AudioFrame(new Int16Array(800).fill(level), 8_000, 1, 800));
    await clock.advance(100);
  }
}

describe('a realtime provider that only answers pings', () => {
  test('is asked while the caller speaks, and left if it does not answer', async () => {
    session.asks = true;
    await push(5_001, 3_600);
    await (await aviary.perch(1)).hears('well');
    await clock.advance(5_000);
    await clock.advance(1_000);
    const second = await aviary.perch(2);
    await until(() => second.heard.filter((message) => 'pcm' in message).length === 36);
  });

  test.each([
    ['while nobody speaks', true, 0],
    ['where there is nothing to ask', false, 5_001],
  ])('is not asked %s', async (_when, asks, level) => {
    session.asks = asks;
    await push(level, 30_000);
    session.sendMark();
    const first = await aviary.perch(1);
    await first.hears('mark');
    expect(first.heard.filter((message) => 'well' in message)).toEqual([]);
    expect(aviary.perches).toHaveLength(1);
  });
});
