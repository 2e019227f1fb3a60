import { initializeLogger, voice } from '@livekit/agents';
import { AudioFrame, dispose } from '@livekit/rtc-node';
import { plainEar, plainVoice, startLoopback } from '@patchbay/loopback';
import type { Loopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { closeAll, HandedMicrophone } from '../__fixtures__/room.ts';
import type { ClientEvent, ServerEvent } from './api-proto.ts';
import { RealtimeModel } from './realtime-model.ts';

initializeLogger({ pretty: false, level: 'silent' });

const rounds = 200;

/** A caller who says a word or two, and then nothing for as long as a voice detector needs. */
class Caller extends HandedMicrophone {
  async say(text: string): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    const all = new Int16Array(samples.length + 24_000);
    all.set(samples, 2_400);
    this.push(new AudioFrame(all, 24_000, 1, all.length));
  }
}

/** The same dice each time: 0 to `below`, less one. */
function dice(): (below: number) => number {
  let state = 42;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const { clock, ...runtime } = createTestRuntime();
let restore: () => void;
let cloud: Loopback;
let model: RealtimeModel;
let session: voice.AgentSession;
let caller: Caller;

beforeEach(async () => {
  restore = installRuntime({ ...runtime, clock });
  cloud = await startLoopback({
    mind: 'echo',
    voice: 'plain',
    ear: plainEar,
    clock,
    pace: { firstTokenMs: 60, tokenMs: 12, audioMs: 0 },
  });
  model = new RealtimeModel({
    apiKey: 'sk-loopback',
    baseURL: cloud.url,
    modalities: ['text'],
    turnDetection: { type: 'server_vad', silence_duration_ms: 300 },
  });
  caller = new Caller();
  session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm', aecWarmupDuration: null });
  session.input.audio = caller;
  await session.start({ agent: new voice.Agent({ instructions: 'Repeat what the caller says.' }) });
});

afterEach(async () => {
  await closeAll(session, model, cloud);
  restore();
});

afterAll(() => dispose());

test(`pain 11: replies asked for while the service answers by itself, ${rounds} times, with aborts in between, never jam`, async () => {
  const roll = dice();
  const realtime = [...model.sessions][0]!;
  const failures: unknown[] = [];
  session.on(voice.AgentSessionEventTypes.Error, (event: unknown) => failures.push(event));
  const creates: ClientEvent[] = [];
  realtime.on('openai_client_event_queued', (event: ClientEvent) => {
    if (event.type === 'response.create') creates.push(event);
  });
  let refused = 0;
  let unasked = 0;
  realtime.on('openai_server_event_received', (event: ServerEvent) => {
    if (event.type === 'error' && event.error?.code === 'conversation_already_has_active_response') refused++;
    if (event.type === 'response.created' && !event.response.metadata) unasked++;
  });
  const outcomes: string[] = [];

  for (let round = 0; round < rounds; round++) {
    await caller.say('hello');
    await clock.advance(roll(200));
    const impatience = new AbortController();
    void realtime.generateReply('Say "Yes."', { signal: impatience.signal }).then(
      () => outcomes.push('begun'),
      (error: Error) => outcomes.push(error.message),
    );
    const handle = session.generateReply({ instructions: 'Say "No."' });
    void handle.waitForPlayout().then(() => outcomes.push('over'));
    await clock.advance(roll(100));
    if (roll(2) === 0) impatience.abort();
    if (roll(2) === 0) handle.interrupt(true);
    if (roll(4) === 0) await realtime.interrupt();
    await clock.advance(roll(400));
  }
  for (let second = 0; second < 60 && outcomes.length < 2 * rounds; second++) await clock.advance(1_000);

  expect(outcomes).toHaveLength(2 * rounds);
  expect([...new Set(outcomes)].sort()).toEqual(['begun', 'generateReply aborted', 'over']);
  expect(failures).toEqual([]);
  // It was as crowded as it was meant to be, and nobody shouted.
  expect(unasked).toBeGreaterThan(rounds / 2);
  expect(refused).toBeGreaterThan(0);
  expect(creates.length).toBeLessThanOrEqual(2 * rounds + refused);
  const last = realtime.generateReply('Say "Goodbye."');
  await clock.advance(100);
  await expect(last).resolves.toMatchObject({ userInitiated: true });
});
