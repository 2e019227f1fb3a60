import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { connectListen2 } from '../../__fixtures__/sdk-deepgram.ts';
import { inPieces, speechOf } from '../../__fixtures__/speech-of.ts';
import type { Utterance } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let clock: ManualClock;
let cloud: Loopback;
let sdk: Sdk;

type Sdk = Awaited<ReturnType<typeof connectListen2>>;
type Query = Parameters<typeof connectListen2>[1];

beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({ voice: 'plain', clock });
});
afterEach(() => cloud.close());

async function connect(query: Partial<Query> = {}): Promise<void> {
  sdk = await connectListen2(cloud.origin, {
    model: 'flux-general-en',
    encoding: 'linear16',
    sample_rate: 16_000,
    ...query,
  });
}

async function say(text: string, utterance?: Utterance): Promise<void> {
  for (const piece of inPieces(await speechOf(text, utterance))) sdk.socket.sendMedia(piece);
}

async function drain(): Promise<void> {
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  expect((await sdk.closed).code).toBe(1005);
}

/** Everything that changed a turn. */
const changes = (): (string | number)[][] =>
  sdk
    .all('TurnInfo')
    .filter(({ event }) => event !== 'Update')
    .map(({ event, turn_index, transcript }) => [event, turn_index, transcript]);

describe('turns', () => {
  test('make a whole session: connected, a turn that is told as it grows, its end, the next one, and a close without a code', async () => {
    await connect();
    await say('Where is it?', { leadMs: 500 });
    await say('Over there.');
    await drain();

    expect(sdk.events[0]).toMatchObject({ type: 'Connected', sequence_id: 0, request_id: expect.any(String) });
    expect(sdk.events.map(({ sequence_id }) => sequence_id)).toEqual(sdk.events.map((_, index) => index));
    expect(changes()).toEqual([
      ['StartOfTurn', 0, 'Where'],
      ['EndOfTurn', 0, 'Where is it?'],
      ['StartOfTurn', 1, 'Over'],
      ['EndOfTurn', 1, 'Over there.'],
    ]);
    const turns = sdk.all('TurnInfo');
    const end = turns.find(({ event }) => event === 'EndOfTurn')!;
    expect(end).toMatchObject({ audio_window_start: 0, trigger: 'model' });
    expect(end.end_of_turn_confidence).toBeGreaterThanOrEqual(0.7);
    expect(end.words[0]).toMatchObject({ word: 'Where', confidence: 0.99, start: 0.5 });
    expect(turns.find(({ turn_index }) => turn_index === 1)!.audio_window_start).toBe(end.audio_window_end);
    expect(turns.filter(({ trigger }) => trigger !== undefined)).toHaveLength(2);
  });

  test('are told every quarter of a second, whether there are words or not', async () => {
    await connect();
    sdk.socket.sendMedia(new Int16Array(16_000));
    await drain();
    const updates = sdk.all('TurnInfo').map(({ event, audio_window_end }) => [event, audio_window_end]);
    expect(updates.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1].map((end) => ['Update', end]));
  });

  test('end eagerly, resume, and end with what the last eager end had', async () => {
    await connect({ eager_eot_threshold: 0.4, eot_threshold: 0.9 });
    await say('I want a train', { tailMs: 900 });
    await say('to Rome.', { leadMs: 0 });
    await drain();
    expect(changes()).toEqual([
      ['StartOfTurn', 0, 'I'],
      ['EagerEndOfTurn', 0, 'I want a train'],
      ['TurnResumed', 0, 'I want a train'],
      ['EagerEndOfTurn', 0, 'I want a train to Rome.'],
      ['EndOfTurn', 0, 'I want a train to Rome.'],
    ]);
  });

  test('are never eager without a threshold for it', async () => {
    await connect({ eot_threshold: 0.9 });
    await say('I want a train', { tailMs: 900 });
    await drain();
    expect(changes()).toEqual([['StartOfTurn', 0, 'I']]);
  });

  test('end when nothing is said for eot_timeout_ms, however unsure it is', async () => {
    await connect({ eot_threshold: 1, eot_timeout_ms: 1_000 });
    await say('I want a train', { tailMs: 1_200 });
    await drain();
    expect(changes()[1]).toEqual(['EndOfTurn', 0, 'I want a train']);
    expect(sdk.all('TurnInfo').find(({ event }) => event === 'EndOfTurn')).toMatchObject({ trigger: 'timeout' });
  });

  test('are not ended by CloseStream, whose last word is an update', async () => {
    await connect();
    await say('I want a train', { tailMs: 0 });
    await drain();
    expect(sdk.events.at(-1)).toMatchObject({ type: 'TurnInfo', event: 'Update', transcript: 'I want a train' });
  });

  test('tell languages with the multilingual model', async () => {
    await connect({ model: 'flux-general-multi', language_hint: ['en', 'es'] });
    await say('Hello.');
    await drain();
    expect(cloud.requests.at(-1)!.query).toContain('&language_hint=en&language_hint=es');
    expect(sdk.all('TurnInfo').at(-1)).toMatchObject({ languages_hinted: ['en', 'es'] });
    expect(sdk.all('TurnInfo').find(({ event }) => event === 'EndOfTurn')).toMatchObject({ languages: ['en'] });
  });
});

describe('control', () => {
  test('ForceEndTurn ends a turn with what was said so far', async () => {
    await connect({ eot_threshold: 1 });
    await say('one two', { tailMs: 0 });
    sdk.socket.sendForceEndTurn({ type: 'ForceEndTurn' });
    await drain();
    expect(changes().at(-1)).toEqual(['EndOfTurn', 0, 'one two']);
    expect(sdk.all('TurnInfo').find(({ event }) => event === 'EndOfTurn')).toMatchObject({ trigger: 'manual' });
  });

  test('ForceEndTurn without a turn is a warning', async () => {
    await connect();
    sdk.socket.sendForceEndTurn({ type: 'ForceEndTurn' });
    await drain();
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Warning', code: 'FORCE_END_TURN_NO_ACTIVE_TURN' });
  });

  test('Configure changes what it names, replaces the keyterms, and works from then on', async () => {
    await connect({ keyterm: ['apple', 'banana'], eot_threshold: 1 });
    sdk.socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.5 }, keyterms: ['grape'] });
    expect(await sdk.next('ConfigureSuccess')).toMatchObject({
      thresholds: { eot_threshold: 0.5, eot_timeout_ms: 5_000 },
      keyterms: ['grape'],
      sequence_id: 1,
    });
    await say('Hello.');
    await drain();
    expect(changes().at(-1)).toEqual(['EndOfTurn', 0, 'Hello.']);
  });

  test.each([
    ['a threshold out of range', { thresholds: { eot_threshold: 2 } }],
    ['a threshold of another name', { thresholds: { eot_confidence: 0.6 } }],
    ['eager beyond the end', { thresholds: { eot_threshold: 0.5, eager_eot_threshold: 0.6 } }],
    ['101 keyterms', { keyterms: Array.from({ length: 101 }, () => 'x') }],
    ['hints for English', { language_hints: ['es'] }],
  ])('Configure is refused: %s; the stream keeps what it had', async (_name, change) => {
    await connect({ keyterm: ['apple'] });
    sdk.socket.sendConfigure({ type: 'Configure', ...change } as Parameters<typeof sdk.socket.sendConfigure>[0]);
    expect(await sdk.next('ConfigureFailure')).toMatchObject({ sequence_id: 1, request_id: expect.any(String) });
    sdk.socket.sendConfigure({ type: 'Configure' });
    expect(await sdk.next('ConfigureSuccess')).toMatchObject({
      thresholds: { eot_threshold: 0.7, eot_timeout_ms: 5_000 },
      keyterms: ['apple'],
    });
  });
});

describe('an error is the last message', () => {
  test.each([
    ['a KeepAlive', { type: 'KeepAlive' }],
    ['a Finalize', { type: 'Finalize' }],
    ['no JSON', '?'],
  ])('of %s', async (_name, message) => {
    await connect();
    sdk.socket.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    expect((await sdk.closed).code).toBe(1005);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE', sequence_id: 1 });
  });

  test('of what is no audio', async () => {
    sdk = await connectListen2(cloud.origin, { model: 'flux-general-en' });
    sdk.socket.sendMedia(Buffer.from('OggS and so on'));
    expect((await sdk.closed).code).toBe(1008);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: 'DATA-0000' });
  });

  test('of a minute without a frame; a ping is one', async () => {
    await connect();
    await clock.advance(59_999);
    const pong = new Promise((resolve) => {
      const { _ws } = sdk.socket.socket as unknown as { _ws: { once(event: 'pong', listener: () => void): void } };
      _ws.once('pong', () => resolve(undefined));
    });
    (sdk.socket as unknown as { ping(): void }).ping();
    await pong;
    await clock.advance(59_999);
    expect(cloud.sockets).toBe(1);
    await clock.advance(1);
    expect((await sdk.closed).code).toBe(1011);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: 'CLIENT_MESSAGE_TIMEOUT' });
    expect(clock.pending).toBe(0);
  });
});
