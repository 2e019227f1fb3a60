import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, tts as livekit } from '@livekit/agents';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TTS } from './tts.ts';

const quick = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };
/** A fifth of a second of sound, all of it of one sample. */
const sound = (sample: number): Buffer => Buffer.from(new Int16Array(4_800).fill(sample).buffer);

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

async function service(answer: (response: ServerResponse) => void): Promise<TTS> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tts = new TTS({ apiKey: 'k', baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
  onTestFinished(async () => {
    await tts.close();
    server.closeAllConnections();
    server.close();
  });
  return tts;
}

describe("LiveKit's FallbackAdapter", () => {
  /** What is heard of one sentence, as the samples that were in it, and which services are still in use. */
  async function said(first: TTS): Promise<{ heard: number[]; available: boolean[] }> {
    const second = await service((response) => void response.end(sound(2)));
    const adapter = new livekit.FallbackAdapter({ ttsInstances: [first, second], maxRetryPerTTS: 0 });
    onTestFinished(() => adapter.close());
    for (const tts of [first, second, adapter]) tts.on('error', () => {});
    const heard = new Set<number>();
    try {
      for await (const { frame } of adapter.synthesize('A sentence.', quick))
        for (const each of frame.data) heard.add(each);
    } catch {
      // A sentence that was cut is an error, which has been told.
    }
    return { heard: [...heard], available: adapter.status.map(({ available }) => available) };
  }

  it('goes on with the next service for a sentence of which nothing was heard', async () => {
    const first = await service((response) => void response.writeHead(503).end());
    expect(await said(first)).toEqual({ heard: [2], available: [false, true] });
  });

  it('leaves a sentence cut that died after its first sound, and goes on with the service that it died of', async () => {
    const first = await service((response) => {
      response.write(sound(1));
      setImmediate(() => response.destroy());
    });
    expect(await said(first)).toEqual({ heard: [1], available: [true, true] });
  });
});
