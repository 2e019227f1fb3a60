import type { llm } from '@livekit/agents';
import { APITimeoutError, initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cricket } from './__fixtures__/cricket.ts';
import type { CricketSession } from './__fixtures__/cricket.ts';
import { Aviary } from './__fixtures__/realtime-aviary.ts';
import type { Perch } from './__fixtures__/realtime-aviary.ts';
import { turns, until } from './__fixtures__/until.ts';
import type { ConnectionEvent } from './connection-events.ts';
import type { DuplexSettings } from './duplex-session.ts';

initializeLogger({ pretty: false, level: 'silent' });

let clock: ManualClock;
let restore: () => void;
let aviary: Aviary;
let model: Cricket;

beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
  aviary = await Aviary.open();
});

afterEach(async () => {
  let isClosed = false;
  void model.close().then(() => (isClosed = true));
  while (!isClosed) await clock.advance(100);
  await aviary.close();
  restore();
  expect(clock.pending).toBe(0);
});

const errors: llm.RealtimeModelError[] = [];

function open(settings?: Partial<DuplexSettings>): CricketSession {
  errors.length = 0;
  model = new Cricket(aviary.url, settings);
  const session = model.session();
  session.on('error', (error: llm.RealtimeModelError) => errors.push(error));
  return session;
}

/** The `count`th socket, welcomed. */
async function welcome(count = 1): Promise<Perch> {
  while (aviary.perches.length < count) await clock.advance(50);
  const perch = await aviary.perch(count);
  await perch.hears('hello');
  perch.say({ welcome: true });
  return perch;
}

const frame = (samples: number): AudioFrame => new AudioFrame(new Int16Array(samples).fill(1), 8_000, 1, samples);
const pcm = Buffer.alloc(1_600).toString('base64');

test('nothing is dialled before LiveKit has configured the session', async () => {
  const session = open();
  await clock.advance(60_000);
  expect(aviary.perches).toHaveLength(0);
  await session._updateSession('la la');
  expect(await (await welcome()).hears('hello')).toEqual({ hello: 'first', song: 'la la' });
});

test('a session that is closed before it was configured dials nothing', async () => {
  const session = open();
  const { audioStream } = session;
  await session.close();
  await clock.advance(60_000);
  expect(aviary.perches).toHaveLength(0);
  expect((await audioStream.getReader().read()).done).toBe(true);
});

test('sound and commands wait until the provider has confirmed the configuration, on every socket', async () => {
  const session = open();
  await session._updateSession('');
  session.pluck('early');
  session.pushAudio(frame(800));
  const first = await aviary.perch(1);
  await first.hears('hello');
  await clock.advance(1_000);
  expect(first.heard).toHaveLength(1);
  first.say({ welcome: true });
  await first.hears('pcm');
  expect(first.heard.map((message) => Object.keys(message)[0])).toEqual(['hello', 'pluck', 'pcm']);
});

test('the output is one stream across sockets; a reconnect is told once it is confirmed', async () => {
  const session = open();
  await session._updateSession('');
  const reader = session.audioStream.getReader();
  const first = await welcome();
  first.say({ pcm });
  expect((await reader.read()).value?.frame.samplesPerChannel).toBe(800);
  const types: string[] = [];
  session.on('connection', (event: ConnectionEvent) => types.push(event.type));
  let reconnects = 0;
  session.on('session_reconnected', () => reconnects++);
  await clock.advance(6_000);
  first.socket.terminate();
  while (aviary.perches.length < 2) await clock.advance(50);
  await (await aviary.perch(2)).hears('hello');
  await turns();
  expect(reconnects).toBe(0);
  const second = await welcome(2);
  second.say({ pcm });
  expect((await reader.read()).value?.frame.samplesPerChannel).toBe(800);
  expect(reconnects).toBe(1);
  expect(types).toEqual(['reconnecting', 'connecting', 'open']);
  expect(errors.map(({ recoverable, label }) => [recoverable, label])).toEqual([[true, 'cricket.Cricket']]);
});

test('a provider that falls silent is replaced, for such a model never does', async () => {
  const session = open({ stallMs: 3_000 });
  await session._updateSession('');
  const perch = await welcome();
  for (let second = 0; second < 6; second++) {
    await clock.advance(1_000);
    perch.say({ pcm });
    await turns();
  }
  expect(errors).toEqual([]);
  await welcome(2);
  expect(errors[0]!.error).toBeInstanceOf(APITimeoutError);
});

test('gaps in the input are filled with silence, after what was left of it', async () => {
  const session = open({ fillGapsAfterMs: 200 });
  await session._updateSession('');
  const perch = await welcome();
  await perch.hears('hello');
  session.pushAudio(frame(80));
  await clock.advance(500);
  await until(() => perch.heard.length >= 4);
  const sizes = perch.heard.slice(1).map((message) => Buffer.from(String(message.pcm), 'base64').length);
  expect(sizes.slice(0, 3)).toEqual([160, 1_600, 1_600]);
});

test('half a chunk that a lost socket did not get is the beginning of the next one’s first', async () => {
  const session = open();
  await session._updateSession('');
  const first = await welcome();
  session.pushAudio(frame(1_200));
  await first.hears('pcm');
  await clock.advance(6_000);
  first.socket.terminate();
  const second = await welcome(2);
  session.pushAudio(frame(400));
  const { pcm: sound } = await second.hears('pcm');
  const bytes = Buffer.from(String(sound), 'base64');
  expect([bytes.length, bytes.readInt16LE(0), bytes.readInt16LE(1_598)]).toEqual([1_600, 1, 1]);
});

test('the end: the provider is asked to finish, and has a second for it', async () => {
  const session = open();
  await session._updateSession('');
  const perch = await welcome();
  session.pluck('last');
  await perch.hears('pluck');
  let isClosed = false;
  void session.close().then(() => (isClosed = true));
  await perch.hears('bye');
  expect(isClosed).toBe(false);
  perch.say({ bye: true });
  await until(() => isClosed);
  session.pushAudio(frame(800));
  expect(session.pluck('late')).toBe(false);
  expect(errors).toEqual([]);
});

test('the end takes two seconds at most, whatever the other end does', async () => {
  const session = open();
  await session._updateSession('');
  const perch = await welcome();
  session.pluck('heard');
  await perch.hears('pluck');
  perch.socket.pause();
  let isClosed = false;
  const startedAt = clock.now();
  void session.close().then(() => (isClosed = true));
  while (!isClosed) await clock.advance(50);
  expect(clock.now() - startedAt).toBeLessThanOrEqual(2_050);
});

test('a mistake in a listener harms neither the session nor the process', async () => {
  const session = open();
  session.on('session_reconnected', () => {
    throw new Error('a mistake of a listener');
  });
  await session._updateSession('');
  const first = await welcome();
  await clock.advance(6_000);
  first.socket.terminate();
  const second = await welcome(2);
  session.pluck('still here');
  await second.hears('pluck');
});

test('its own events are typed and told beside the ones of LiveKit', async () => {
  const session = open();
  const chirps: string[] = [];
  session.on('chirp', (text) => chirps.push(text));
  await session._updateSession('');
  (await welcome()).say({ chirp: 'tsst' });
  await until(() => chirps.length > 0);
  expect(chirps).toEqual(['tsst']);
});
