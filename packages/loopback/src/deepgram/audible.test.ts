import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectListen1, connectListen2, connectSpeak1, connectSpeak2 } from '../__fixtures__/sdk-deepgram.ts';
import { inPieces } from '../__fixtures__/speech-of.ts';
import type { CloudEvent, Loopback } from '../cloud.ts';
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

test.each([8_000, 16_000, 24_000, 48_000])('Nova hears an audible voice at %d Hz', async (sampleRate) => {
  const query = { model: 'nova-3', encoding: 'linear16', sample_rate: sampleRate, smart_format: 'true' } as const;
  const sdk = await connectListen1(cloud.origin, query);
  for (const piece of inPieces(await recording(sampleRate))) sdk.socket.sendMedia(piece);
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  await sdk.closed;
  const heard = sdk.all('Results').map(({ channel }) => channel.alternatives[0]!.transcript);
  expect(heard.filter(Boolean).join(' ')).toBe(TEXT);
  expect(sdk.all('Results').filter(({ speech_final }) => speech_final).length).toBeGreaterThan(0);
});

test.each([8_000, 16_000, 24_000, 48_000])('Flux does, at %d Hz', async (sampleRate) => {
  const query = { model: 'flux-general-en', encoding: 'linear16', sample_rate: sampleRate } as const;
  const sdk = await connectListen2(cloud.origin, query);
  for (const piece of inPieces(await recording(sampleRate))) sdk.socket.sendMedia(piece);
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  await sdk.closed;
  const ends = sdk.all('TurnInfo').filter(({ event }) => event === 'EndOfTurn');
  expect(ends.map(({ transcript }) => transcript).join(' ')).toBe(TEXT);
});

async function understood(audio: Buffer, sampleRate: number): Promise<string> {
  const listener = await ear.listen({ sampleRate });
  const [samples] = channelsOf(audio, { encoding: 'linear16', sampleRate, channels: 1 });
  const pieces = [...listener.push(samples!), ...(await listener.finish())];
  listener.close();
  return pieces.join(' ').replace(/\s+/g, ' ').trim();
}

const RATES = [8_000, 16_000, 24_000, 32_000, 48_000];

test.each(RATES)('Aura speaks at %d Hz so that an ear understands it', async (sampleRate) => {
  const sdk = await connectSpeak1(cloud.origin, { model: 'aura-2-apollo-en', sample_rate: String(sampleRate) });
  sdk.socket.sendText({ type: 'Speak', text: 'Where is the station?' });
  sdk.socket.sendFlush({ type: 'Flush' });
  await sdk.next('Flushed');
  expect(await understood(await sdk.audio(), sampleRate)).toBe('Where is the station?');
  sdk.close();
});

test.each(RATES)('Flux does too, at %d Hz, and every sample is counted', async (sampleRate) => {
  const sent: unknown[] = [];
  const count = ({ name, detail }: CloudEvent): void => void (name === 'speech-sent' && sent.push(detail));
  cloud.on('event', count);
  const sdk = await connectSpeak2(cloud.origin, { model: 'flux-haley-en', sample_rate: String(sampleRate) });
  sdk.socket.sendSpeak({ type: 'Speak', text: 'Over there, behind the house.' });
  sdk.socket.sendClose({ type: 'Close' });
  await sdk.closed;
  cloud.off('event', count);
  const audio = await sdk.audio();
  expect(await understood(audio, sampleRate)).toBe('Over there, behind the house.');
  expect(sent).toEqual([{ text: 'Over there, behind the house.', samples: audio.length / 2, sampleRate }]);
});
