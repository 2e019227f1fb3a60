import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { connectSpeak1 } from '../../__fixtures__/sdk-deepgram.ts';
import type { SdkSpeak1 } from '../../__fixtures__/sdk-deepgram.ts';
import { understand } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
const speak = (sdk: SdkSpeak1, text: string): void => sdk.socket.sendText({ type: 'Speak', text });

describe('a connection', () => {
  let cloud: Loopback;
  beforeAll(async () => {
    cloud = await startLoopback({ voice: 'plain', pace });
  });
  afterAll(() => cloud.close());

  test('is a whole session: metadata, audio sentence by sentence, flushes that are counted, a normal close', async () => {
    const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-thalia-en', encoding: 'linear16' });
    expect(await sdk.next('Metadata')).toMatchObject({
      model_name: 'aura-2-thalia-en',
      request_id: expect.any(String),
      model_uuid: expect.any(String),
    });
    speak(sdk, 'Hello ');
    speak(sdk, 'there. How are');
    speak(sdk, ' you?');
    sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('Flushed')).toMatchObject({ sequence_id: 0 });
    expect(await understand(await sdk.audio())).toBe('Hello there. How are you?');
    sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('Flushed')).toMatchObject({ sequence_id: 1 });
    sdk.socket.sendClose({ type: 'Close' });
    expect(await sdk.closed).toEqual({ code: 1000, reason: '' });
    expect(sdk.order).toEqual(['Metadata', 'audio', 'Flushed', 'Flushed']);
  });

  test.each([
    ['linear16', 8_000],
    ['linear16', 48_000],
    ['mulaw', 8_000],
    ['mulaw', 16_000],
    ['alaw', 8_000],
  ] as const)('speaks %s at %d Hz', async (encoding, sampleRate) => {
    const query = { model: 'aura-2-thalia-en', encoding, sample_rate: String(sampleRate) } as const;
    const sdk = await connectSpeak1(cloud.origin, query);
    speak(sdk, 'good morning');
    sdk.socket.sendFlush({ type: 'Flush' });
    await sdk.next('Flushed');
    expect(await understand(await sdk.audio(), { encoding, sampleRate })).toBe('good morning');
  });

  test('starts at a sentence and waits for Flush in the middle of one', async () => {
    const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-thalia-en' });
    speak(sdk, 'Hello there. How are');
    await expect.poll(async () => understand(await sdk.audio())).toBe('Hello there.');
    sdk.socket.sendFlush({ type: 'Flush' });
    await sdk.next('Flushed');
    expect(await understand(await sdk.audio())).toBe('Hello there. How are');
  });

  test('Close says what is left before it closes', async () => {
    const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-thalia-en' });
    speak(sdk, 'good night');
    sdk.socket.sendClose({ type: 'Close' });
    expect(await sdk.closed).toEqual({ code: 1000, reason: '' });
    expect(await understand(await sdk.audio())).toBe('good night');
  });

  test.each([
    ['a binary frame', new Uint8Array(4), 1003, 'MESSAGE-0000'],
    ['no JSON', '?', 1008, 'DATA-0000'],
    ['a message of another protocol', { type: 'Interrupt' }, 1008, 'DATA-0000'],
    ['a Speak without text', { type: 'Speak' }, 1008, 'DATA-0000'],
    ['more than 2,400 characters', { type: 'Speak', text: 'x'.repeat(2_401) }, 1009, 'BIG-0001'],
    ['more than 2 MB', { type: 'Speak', text: 'x'.repeat(2 * 1024 * 1024) }, 1009, 'BIG-0000'],
  ])('%s ends it', async (_name, message, code, reason) => {
    const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-thalia-en' });
    const isFrame = typeof message === 'string' || message instanceof Uint8Array;
    sdk.socket.socket.send(isFrame ? message : JSON.stringify(message));
    expect(await sdk.closed).toEqual({ code, reason: expect.stringContaining(reason) });
  });
});

describe('the clock decides', () => {
  let clock: ManualClock;
  let cloud: Loopback;
  let sdk: SdkSpeak1;
  beforeEach(async () => {
    clock = new ManualClock();
    cloud = await startLoopback({ voice: 'plain', clock });
    sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-thalia-en' });
    await sdk.next('Metadata');
  });
  afterEach(() => cloud.close());

  /** Sixteen letters are 640 ms of audio, which are seven pieces, 10 ms apart. */
  test('Clear stops the audio in its middle, forgets what waits, and what follows is heard', async () => {
    speak(sdk, 'one two three fo');
    sdk.socket.sendFlush({ type: 'Flush' });
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(80);
    await expect.poll(async () => (await sdk.audio()).length).toBe(3 * 4_800);
    speak(sdk, 'never heard. ');
    sdk.socket.sendClear({ type: 'Clear' });
    expect(await sdk.next('Cleared')).toMatchObject({ sequence_id: 0 });
    speak(sdk, 'five');
    sdk.socket.sendFlush({ type: 'Flush' });
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(1_000);
    await sdk.next('Flushed');
    expect(sdk.order).toEqual(['Metadata', 'audio', 'Cleared', 'audio', 'Flushed']);
    expect(await understand((await sdk.audio()).subarray(3 * 4_800))).toBe('five');
  });

  test('the 21st Flush of a minute is a warning, and counts no more when the minute is over', async () => {
    for (let count = 0; count < 21; count += 1) sdk.socket.sendFlush({ type: 'Flush' });
    expect(await sdk.next('Warning')).toMatchObject({ code: 'EXCESSIVE_FLUSH', description: expect.any(String) });
    await expect.poll(() => sdk.all('Flushed').length).toBe(20);
    await clock.advance(60_000);
    sdk.socket.sendFlush({ type: 'Flush' });
    await expect.poll(() => sdk.all('Flushed').length).toBe(21);
    expect(sdk.all('Warning')).toHaveLength(1);
  });

  test('more than 2,400 characters in a minute are 1008 and DATA-0001', async () => {
    speak(sdk, 'x'.repeat(2_400));
    sdk.socket.sendClear({ type: 'Clear' });
    await sdk.next('Cleared');
    await clock.advance(60_000);
    speak(sdk, 'x'.repeat(2_400));
    sdk.socket.sendClear({ type: 'Clear' });
    await sdk.next('Cleared');
    speak(sdk, 'x');
    expect(await sdk.closed).toEqual({ code: 1008, reason: expect.stringContaining('DATA-0001') });
  });

  test('an hour is the longest life, and leaves no timer', async () => {
    await clock.advance(3_599_999);
    expect(cloud.sockets).toBe(1);
    await clock.advance(1);
    expect(await sdk.closed).toEqual({ code: 1011, reason: expect.stringContaining('NET-0003') });
    expect(clock.pending).toBe(0);
  });
});
