import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { startEar } from '../voice/ear.ts';
import type { Ear, Voice } from '../voice/types.ts';
import { startVoice } from '../voice/voice.ts';
import { decodeSamples, encodeSamples } from './audio.ts';
import type { AudioFormat } from './events.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;

let cloud: Loopback;
let voice: Voice;
let ear: Ear;
let certificate: Awaited<ReturnType<typeof createCertificate>>;

beforeAll(async () => {
  certificate = await createCertificate();
  [voice, ear] = await Promise.all([startVoice(), startEar()]);
  cloud = await startLoopback({ tls: certificate.tls, pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterAll(() => Promise.all([cloud.close(), voice.close(), ear.close()]));

async function ask(sdk: SdkConversation, text: string, format: AudioFormat, sampleRate: number): Promise<void> {
  const { samples } = await voice.speak(text, { voice: 'echo', sampleRate });
  const all = new Int16Array(samples.length + sampleRate);
  all.set(samples, sampleRate / 4);
  const step = sampleRate / 50;
  for (let start = 0; start < all.length; start += step) {
    const audio = encodeSamples(all.subarray(start, start + step), format).toString('base64');
    sdk.send({ type: 'input_audio_buffer.append', audio });
  }
}

async function understand(
  sdk: SdkConversation,
  from: number,
  format: AudioFormat,
  sampleRate: number,
): Promise<string> {
  const listener = await ear.listen({ sampleRate });
  const pieces = sdk
    .all('response.output_audio.delta')
    .slice(from)
    .flatMap(({ delta }) => listener.push(decodeSamples(Buffer.from(delta, 'base64'), format)));
  pieces.push(...(await listener.finish()));
  listener.close();
  return pieces.join('');
}

test.each([
  ['PCM', PCM, 24_000],
  ['G.711', { type: 'audio/pcmu' } as const, 8_000],
])('with the audible voice every word arrives, both ways, as %s', async (_name, format, sampleRate) => {
  const sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await sdk.next('session.created');
  sdk.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      audio: {
        input: { format, transcription: { model: 'gpt-4o-transcribe' }, turn_detection: { type: 'server_vad' } },
        output: { format },
      },
    },
  });
  await sdk.next('session.updated');
  for (const [said, reply] of [
    ['Hello there, operator. Can you hear me?', 'Hello! How can I help you?'],
    ['What is the weather in Paris?', 'It will be sunny in Paris tomorrow, with a high of twenty four degrees.'],
  ] as const) {
    const before = sdk.all('response.output_audio.delta').length;
    await ask(sdk, said, format, sampleRate);
    expect((await sdk.next('conversation.item.input_audio_transcription.completed')).transcript).toBe(said);
    expect((await sdk.next('response.done')).response.status).toBe('completed');
    expect(await understand(sdk, before, format, sampleRate)).toBe(reply);
  }
  expect(sdk.all('input_audio_buffer.speech_started')).toHaveLength(2);
  await sdk.close();
});
