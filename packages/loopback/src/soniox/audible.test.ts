import { afterAll, beforeAll, expect, test } from 'vitest';
import { SdkSpeech, SdkTranscription, sonioxClient } from '../__fixtures__/sdk-soniox.ts';
import { inPieces } from '../__fixtures__/speech-of.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterAll(() => cloud.close());

const TEXT = 'Where is the station? I would like to go there by train.';

/** What the speech of Soniox says, as the transcription of Soniox hears it. */
test.each([8_000, 16_000, 24_000, 48_000])(
  'what is said at %d Hz is understood, with an endpoint',
  async (sampleRate) => {
    const client = sonioxClient(cloud.origin);
    const speech = new SdkSpeech(
      await client.realtime.tts({
        model: 'tts-rt-v2',
        language: 'en',
        voice: 'Maya',
        audio_format: 'pcm_s16le',
        sample_rate: sampleRate,
      }),
    );
    speech.stream.sendText(TEXT, { end: true });
    await speech.terminated;
    speech.stream.close();

    const sdk = await SdkTranscription.open(client, {
      model: 'stt-rt-v5',
      audio_format: 'pcm_s16le',
      sample_rate: sampleRate,
      num_channels: 1,
      enable_endpoint_detection: true,
    });
    const silence = Buffer.alloc(sampleRate * 4);
    for (const piece of inPieces(Buffer.concat([silence, speech.audio, silence]))) sdk.session.sendAudio(piece);
    await sdk.session.finish();
    expect(sdk.text).toBe(TEXT);
    expect(sdk.order).toContain('endpoint');
  },
);
