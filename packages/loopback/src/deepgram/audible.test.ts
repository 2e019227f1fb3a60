import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectListen1, connectListen2, connectSpeak1, connectSpeak2 } from '../__fixtures__/sdk-deepgram.ts';
import { inPieces } from '../__fixtures__/speech-of.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { channelsOf, encodeAudio } from '../speech/audio.ts';
import { startEar } from '../voice/ear.ts';
import type { Ear, Voice } from '../voice/types.ts';
import { startVoice } from '../voice/voice.ts';

let cloud: Loopback;
let voice: Voice;
let ear: Ear;
beforeAll(async () => {
  [cloud, voice, ear] = await Promise.all([
    startLoopback({ pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } }),
    startVoice(),
    startEar(),
  ]);
});
afterAll(() => Promise.all([cloud.close(), voice.close(), ear.close()]));

const TEXT = 'Where is the station? I would like to go there by train.';

async function recording(sampleRate: number): Promise<Buffer> {
  const { samples } = await voice.speak(TEXT, { sampleRate });
  const all = new Int16Array(samples.length + sampleRate * 2);
  all.set(samples, sampleRate / 2);
  return encodeAudio(all, 'linear16', sampleRate);
}

test.each([16_000, 24_000, 48_000])('Nova hears an audible voice at %d Hz', async (sampleRate) => {
  const query = { model: 'nova-3', encoding: 'linear16', sample_rate: sampleRate, smart_format: 'true' } as const;
  const sdk = await connectListen1(cloud.origin, query);
  for (const piece of inPieces(await recording(sampleRate))) sdk.socket.sendMedia(piece);
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  await sdk.closed;
  const heard = sdk.all('Results').map(({ channel }) => channel.alternatives[0]!.transcript);
  expect(heard.filter(Boolean).join(' ')).toBe(TEXT);
  expect(sdk.all('Results').filter(({ speech_final }) => speech_final).length).toBeGreaterThan(0);
});

test('Flux does, at 16 kHz', async () => {
  const query = { model: 'flux-general-en', encoding: 'linear16', sample_rate: 16_000 } as const;
  const sdk = await connectListen2(cloud.origin, query);
  for (const piece of inPieces(await recording(16_000))) sdk.socket.sendMedia(piece);
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  await sdk.closed;
  const ends = sdk.all('TurnInfo').filter(({ event }) => event === 'EndOfTurn');
  expect(ends.map(({ transcript }) => transcript).join(' ')).toBe(TEXT);
});

async function understood(audio: Buffer): Promise<string> {
  const listener = await ear.listen({ sampleRate: 24_000 });
  const [samples] = channelsOf(audio, { encoding: 'linear16', sampleRate: 24_000, channels: 1 });
  const pieces = [...listener.push(samples!), ...(await listener.finish())];
  listener.close();
  return pieces.join(' ').replace(/\s+/g, ' ').trim();
}

test('Aura speaks so that an ear understands it', async () => {
  const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-apollo-en' });
  sdk.socket.sendText({ type: 'Speak', text: 'Where is the station?' });
  sdk.socket.sendFlush({ type: 'Flush' });
  await sdk.next('Flushed');
  expect(await understood(await sdk.audio())).toBe('Where is the station?');
  sdk.close();
});

test('Flux does too', async () => {
  const sdk = await connectSpeak2(cloud.origin, { model: 'flux-haley-en' });
  sdk.socket.sendSpeak({ type: 'Speak', text: 'Over there, behind the house.' });
  sdk.socket.sendClose({ type: 'Close' });
  await sdk.closed;
  expect(await understood(await sdk.audio())).toBe('Over there, behind the house.');
});
