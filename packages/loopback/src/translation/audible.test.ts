import { expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import { SdkTranslation } from '../__fixtures__/sdk-translation.ts';
import { silence } from '../__fixtures__/speech.ts';
import { startLoopback } from '../server.ts';
import { startEar } from '../voice/ear.ts';
import { startVoice } from '../voice/voice.ts';

test('what a voice says is translated, by a voice that another ear understands', async () => {
  const { tls, ca } = await createCertificate();
  const cloud = await startLoopback({ tls, pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
  const [voice, ear] = await Promise.all([startVoice(), startEar()]);
  const sdk = await SdkTranslation.connect({ url: cloud.url, ca });
  try {
    await sdk.next('session.created');
    const { samples } = await voice.speak('Where is the station?');
    sdk.append([silence(300), Buffer.from(samples.buffer).toString('base64'), silence(600)]);
    await sdk.socket.finish({ timeoutMs: 20_000 });

    const listener = await ear.listen({ sampleRate: 24_000 });
    const heard: string[] = [];
    for (const { delta } of sdk.all('session.output_audio.delta')) {
      const bytes = Buffer.from(delta, 'base64');
      heard.push(...listener.push(Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2))));
    }
    heard.push(...(await listener.finish()));
    listener.close();
    expect(heard.join('').trim()).toBe('[es] Where is the station?');
  } finally {
    sdk.socket.close();
    await Promise.all([cloud.close(), voice.close(), ear.close()]);
  }
});
