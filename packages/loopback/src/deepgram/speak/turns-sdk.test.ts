import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { connectSpeak2 } from '../../__fixtures__/sdk-deepgram.ts';
import type { SdkSpeak2 } from '../../__fixtures__/sdk-deepgram.ts';
import { understand } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
const model = 'flux-haley-en';
const speak = (sdk: SdkSpeak2, text: string): void => sdk.socket.sendSpeak({ type: 'Speak', text });
const interrupt = (sdk: SdkSpeak2, value?: number): void =>
  sdk.socket.sendInterrupt({
    type: 'Interrupt',
    ...(value === undefined ? {} : { playback_offset: { type: 'time_ms', value } }),
  });

describe('a connection', () => {
  let cloud: Loopback;
  let sdk: SdkSpeak2;
  beforeAll(async () => {
    cloud = await startLoopback({ voice: 'plain', pace });
  });
  afterAll(() => cloud.close());
  beforeEach(async () => {
    sdk = await connectSpeak2(cloud.origin, { model });
  });

  test('is a whole session: turns with their audio in between, in order, and totals at its end', async () => {
    expect(await sdk.next('Connected')).toMatchObject({ model_name: model, model_uuids: [expect.any(String)] });
    speak(sdk, 'Sure, ');
    speak(sdk, 'I can. What is');
    speak(sdk, ' it?');
    sdk.socket.sendFlush({ type: 'Flush' });
    speak(sdk, 'Later.');
    sdk.socket.sendFlush({ type: 'Flush' });
    sdk.socket.sendClose({ type: 'Close' });
    expect(await sdk.closed).toEqual({ code: 1000, reason: '' });

    expect(await understand(await sdk.audio())).toBe('Sure, I can. What is it? Later.');
    const turn = ['SpeechStarted', 'audio', 'Flushed', 'audio', 'SpeechMetadata'];
    expect(sdk.order).toEqual(['Connected', ...turn, ...turn.filter((_, index) => index !== 1), 'SessionMetadata']);
    const [first, second] = sdk.all('SpeechStarted');
    expect(first!.speech_id).toMatch(/^dg_sp_[0-9a-f]{12}$/);
    expect(second!.speech_id).not.toBe(first!.speech_id);
    expect(sdk.all('SpeechMetadata')).toMatchObject([
      { speech_id: first!.speech_id, audio_duration_ms: 22 * 40 + 40, input_character_count: 24 },
      { speech_id: second!.speech_id, audio_duration_ms: 6 * 40, input_character_count: 6 },
    ]);
    expect(sdk.all('SessionMetadata')).toMatchObject([
      { total_audio_duration_ms: 29 * 40, total_input_character_count: 30, total_billable_character_count: 30 },
    ]);
  });

  test('Close completes the turn that is open', async () => {
    speak(sdk, 'good night');
    sdk.socket.sendClose({ type: 'Close' });
    await sdk.closed;
    expect(sdk.order).toEqual(['Connected', 'SpeechStarted', 'audio', 'SpeechMetadata', 'SessionMetadata']);
  });

  test('warns, and goes on: a Flush without a turn, a turn without words', async () => {
    sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('Warning')).toMatchObject({ code: 'NO_ACTIVE_SPEECH' });
    speak(sdk, ' … ');
    sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('Warning')).toMatchObject({ code: 'NO_SYNTHESIZABLE_TEXT' });
    expect(await sdk.next('SpeechMetadata')).toMatchObject({ audio_duration_ms: 0 });
  });

  test('Configure changes the speed of what follows', async () => {
    sdk.socket.sendConfigure({ type: 'Configure', speed: 0.5 });
    expect(await sdk.next('ConfigureSuccess')).toMatchObject({ applied: { speed: 0.5 } });
    speak(sdk, 'four');
    sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('SpeechMetadata')).toMatchObject({ audio_duration_ms: 4 * 80 });
  });

  test.each([
    [2, 'SPEED_OUT_OF_RANGE'],
    [1.01, 'SPEED_INCREMENT_INVALID'],
  ])('Configure refuses a speed of %d', async (speed, code) => {
    sdk.socket.sendConfigure({ type: 'Configure', speed });
    expect(await sdk.next('ConfigureFailure')).toMatchObject({ code, field: 'speed', value: speed });
    sdk.socket.sendConfigure({ type: 'Configure' });
    expect(await sdk.next('ConfigureSuccess')).toMatchObject({ applied: {} });
  });

  test.each([
    ['mulaw', 8_000],
    ['alaw', 16_000],
    ['linear16', 44_100],
  ] as const)('speaks %s at %d Hz', async (encoding, sampleRate) => {
    const other = await connectSpeak2(cloud.origin, { model, encoding, sample_rate: String(sampleRate) });
    speak(other, 'good morning');
    other.socket.sendClose({ type: 'Close' });
    await other.closed;
    expect(await understand(await other.audio(), { encoding, sampleRate })).toBe('good morning');
  });

  test.each([
    ['no JSON', '?', 1003, 'MESSAGE-0000'],
    ['a binary frame', new Uint8Array(4), 1003, 'MESSAGE-0000'],
    ['a Clear', { type: 'Clear' }, 1008, 'DATA-0000'],
    ['more than 2 MB', { type: 'Speak', text: 'x'.repeat(2 * 1024 * 1024) }, 1009, 'BIG-0000'],
  ])('an error is the last message: %s', async (_name, message, code, error) => {
    const isFrame = typeof message === 'string' || message instanceof Uint8Array;
    sdk.socket.socket.send(isFrame ? message : JSON.stringify(message));
    expect((await sdk.closed).code).toBe(code);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: error, description: expect.any(String) });
  });
});

describe('an interruption', () => {
  let cloud: Loopback;
  let sdk: SdkSpeak2;
  beforeEach(async () => {
    cloud = await startLoopback({ voice: 'plain', pace });
    sdk = await connectSpeak2(cloud.origin, { model });
  });
  afterEach(() => cloud.close());

  /** A letter is 40 ms, the space after the first sentence is not said. */
  async function finished(text: string): Promise<void> {
    speak(sdk, text);
    sdk.socket.sendFlush({ type: 'Flush' });
    await sdk.next('SpeechMetadata');
  }

  test('tells what was heard, in whole words, and the session goes on from there', async () => {
    await finished('One two. Three four five.');
    interrupt(sdk, (8 + 11) * 40);
    expect(await sdk.next('SpeechInterrupted')).toMatchObject({
      audio_played_ms: 760,
      text_spoken: 'One two. Three four ',
      text_remaining: 'five.',
      metadata: { audio_duration_ms: 760, input_character_count: 25 },
    });
    await finished('Six.');
    interrupt(sdk, 760 + 40);
    expect(await sdk.next('SpeechInterrupted')).toMatchObject({ text_spoken: '', text_remaining: 'Six.' });
    sdk.socket.sendClose({ type: 'Close' });
    await sdk.closed;
    expect(sdk.all('SessionMetadata')[0]).toMatchObject({
      total_audio_duration_ms: 800,
      total_input_character_count: 29,
    });
  });

  test('without an offset tells no texts', async () => {
    await finished('One two.');
    interrupt(sdk);
    const interrupted = await sdk.next('SpeechInterrupted');
    expect(interrupted).toMatchObject({ audio_played_ms: 320 });
    expect(interrupted).not.toHaveProperty('text_spoken');
    interrupt(sdk);
    expect(await sdk.next('Warning')).toMatchObject({ code: 'NO_ACTIVE_SPEECH' });
  });

  test('is ignored before there is audio, and where the offset does not advance', async () => {
    interrupt(sdk, 10);
    expect(await sdk.next('Warning')).toMatchObject({ code: 'NO_AUDIO_GENERATED' });
    await finished('One two.');
    interrupt(sdk, 100);
    await sdk.next('SpeechInterrupted');
    await finished('Three.');
    interrupt(sdk, 100);
    expect(await sdk.next('Warning')).toMatchObject({ code: 'INVALID_INTERRUPT_OFFSET' });
  });

  test('ends the audio of its turn and the turns that wait', async () => {
    const clock = new ManualClock();
    const slow = await startLoopback({ voice: 'plain', clock });
    sdk = await connectSpeak2(slow.origin, { model });
    speak(sdk, 'one two three fo');
    sdk.socket.sendFlush({ type: 'Flush' });
    speak(sdk, 'never heard.');
    sdk.socket.sendFlush({ type: 'Flush' });
    await expect.poll(() => clock.pending).toBe(3);
    await clock.advance(80);
    await expect.poll(async () => (await sdk.audio()).length).toBe(3 * 4_800);
    interrupt(sdk, 300);
    await sdk.next('SpeechInterrupted');
    sdk.socket.sendClose({ type: 'Close' });
    await sdk.closed;
    expect(sdk.order).toEqual([
      ...['Connected', 'SpeechStarted', 'Flushed', 'audio', 'SpeechInterrupted', 'SessionMetadata'],
    ]);
    await slow.close();
  });
});

describe('the clock decides', () => {
  let clock: ManualClock;
  let cloud: Loopback;
  let sdk: SdkSpeak2;
  beforeEach(async () => {
    clock = new ManualClock();
    cloud = await startLoopback({ voice: 'plain', clock, sessionMs: 90_000 });
    sdk = await connectSpeak2(cloud.origin, { model });
  });
  afterEach(() => cloud.close());

  test('a minute without a frame is NET-0004', async () => {
    await clock.advance(60_000);
    expect((await sdk.closed).code).toBe(1011);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: 'NET-0004' });
    expect(clock.pending).toBe(0);
  });

  test('the life of a session is NET-0003', async () => {
    await clock.advance(50_000);
    sdk.socket.sendConfigure({ type: 'Configure' });
    await sdk.next('ConfigureSuccess');
    await clock.advance(40_000);
    expect((await sdk.closed).code).toBe(1011);
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Error', code: 'NET-0003' });
  });
});
