import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectListen1, connectListen2 } from '../__fixtures__/sdk-deepgram.ts';
import { inPieces } from '../__fixtures__/speech-of.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import type { Voice } from '../voice/types.ts';
import { startVoice } from '../voice/voice.ts';
import { encodeAudio } from './audio.ts';

let cloud: Loopback;
let voice: Voice;
beforeAll(async () => {
  [cloud, voice] = await Promise.all([
    startLoopback({ pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } }),
    startVoice(),
  ]);
});
afterAll(() => Promise.all([cloud.close(), voice.close()]));

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
