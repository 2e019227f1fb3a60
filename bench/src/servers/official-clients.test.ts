import { DeepgramClient } from '@deepgram/sdk';
import { SonioxNodeClient } from '@soniox/node';
import { describe, expect, it } from 'vitest';
import { withServer } from '../processes.ts';
import { turnMs } from './speech-to-text-turns.ts';
import { sampleRate, textFor } from './text-to-speech-audio.ts';

const server = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);
/** What both hear is 16 kHz. */
const bytesPerTurn = 32 * turnMs;
const turn = Buffer.alloc(bytesPerTurn);
const apiKey = 'key-of-the-test';

/** Two seconds of what is said, in bytes. */
const spokenBytes = 2 * 2 * sampleRate;

describe('Deepgram’s own client', () => {
  const client = (port: number): DeepgramClient =>
    new DeepgramClient({ apiKey, baseUrl: `http://127.0.0.1:${port}`, maxRetries: 0 });

  it('hears the turns of the server that listens', async () => {
    await withServer(server('speech-to-text'), async (port) => {
      const query = { model: 'nova-3', encoding: 'linear16', sample_rate: '16000', reconnectAttempts: 0 } as const;
      const socket = await client(port).listen.v1.connect(query);
      const finals: string[] = [];
      const heard = new Promise<void>((resolve) => {
        socket.on('message', (message) => {
          if (message.type !== 'Results' || message.is_final !== true) return;
          finals.push(message.channel.alternatives[0]!.transcript);
          if (finals.length === 2) resolve();
        });
      });
      socket.connect();
      await socket.waitForOpen();
      socket.sendMedia(turn);
      socket.sendMedia(turn);
      await heard;
      expect(finals).toEqual([`turn 1 heard ${bytesPerTurn}`, `turn 2 heard ${2 * bytesPerTurn}`]);
      socket.close();
    });
  });

  it('hears as much of the server that speaks as the text asks for', async () => {
    await withServer(server('text-to-speech'), async (port) => {
      const socket = await client(port).speak.v1.connect({
        ...{ model: 'aura-2-thalia-en', encoding: 'linear16', sample_rate: String(sampleRate), reconnectAttempts: 0 },
      });
      let bytes = 0;
      const flushed = new Promise<void>((resolve) => {
        socket.on('message', (message: unknown) => {
          if (message instanceof Blob) bytes += message.size;
          else if ((message as { type: string }).type === 'Flushed') resolve();
        });
      });
      socket.connect();
      await socket.waitForOpen();
      socket.sendText({ type: 'Speak', text: textFor(2) });
      socket.sendFlush({ type: 'Flush' });
      await flushed;
      expect(bytes).toBe(spokenBytes);
      socket.close();
    });
  });
});

describe('Soniox’s own client', () => {
  const client = (port: number): SonioxNodeClient =>
    new SonioxNodeClient({
      api_key: apiKey,
      base_url: `http://127.0.0.1:${port}`,
      realtime: {
        ws_base_url: `ws://127.0.0.1:${port}/transcribe-websocket`,
        tts_ws_url: `ws://127.0.0.1:${port}/tts-websocket`,
      },
    });

  it('hears the turns of the server that listens', async () => {
    await withServer(server('speech-to-text'), async (port) => {
      const session = client(port).realtime.stt({ model: 'stt-rt-v4', audio_format: 'pcm_s16le', sample_rate: 16_000 });
      let text = '';
      let endpoints = 0;
      const heard = new Promise<void>((resolve) => {
        session.on('result', ({ tokens }) => {
          text += tokens
            .filter(({ is_final }) => is_final)
            .map((token) => token.text)
            .join('');
        });
        session.on('endpoint', () => {
          if (++endpoints === 2) resolve();
        });
      });
      await session.connect();
      session.sendAudio(turn);
      session.sendAudio(turn);
      await heard;
      expect(text).toBe(`turn 1 heard ${bytesPerTurn}turn 2 heard ${2 * bytesPerTurn}`);
      session.close();
    });
  });

  it('hears as much of the server that speaks as the text asks for', async () => {
    await withServer(server('text-to-speech'), async (port) => {
      const voice = { model: 'tts-rt-v2', voice: 'Adrian', language: 'en', audio_format: 'pcm_s16le' } as const;
      const stream = await client(port).realtime.tts({ ...voice, sample_rate: sampleRate });
      let bytes = 0;
      const terminated = new Promise<void>((resolve) => {
        stream.on('audio', (chunk) => (bytes += chunk.byteLength));
        stream.on('terminated', () => resolve());
      });
      stream.sendText(textFor(2), { end: true });
      await terminated;
      expect(bytes).toBe(spokenBytes);
      stream.close();
    });
  });
});
