import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { tts as livekit } from '@livekit/agents';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { useVoices, type BoothVoice } from '../testing/booth.ts';
import { expectRefusal } from '../testing/expectations.ts';
import { speak } from '../testing/speaking.ts';

/** A voice whose provider loopback does not serve yet: what its service is told is written down here. */
export interface NewVoice {
  /** As LiveKit is told: `soniox.TTS`. */
  label: string;
  create: (options: { apiKey: string }) => BoothVoice & { updateOptions(options: object): void };
  /** What the upgrade asks for, and the header that has the key `test-key`. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Options that can be changed, and the messages of a turn that says `Hello there.` with them. */
  settings: object;
  told: readonly object[];
  /** How the service says that a turn is over. */
  done: object;
  /** Options, each with a value that cannot be. */
  refused: object;
}

const sampleRate = 24_000;
/** 100 ms of something that is not silence. */
const hum = Buffer.from(new Int16Array(sampleRate / 10).fill(1_000).buffer);

/** What a voice owes a call before there is a loopback of its provider to hold it to `describeVoice`. */
export function describeNewVoice({ label, create, path, headers, settings, told, done, refused }: NewVoice): void {
  useVoices();

  /** The voice, at a service that hums when a turn is finished. */
  async function open(options: object = {}) {
    const upgrades: IncomingMessage[] = [];
    const heard: unknown[] = [];
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (socket, request) => {
      upgrades.push(request);
      socket.on('message', (data: Buffer) => {
        const message: unknown = JSON.parse(data.toString());
        heard.push(message);
        if (!isDeepStrictEqual(message, told.at(-1))) return;
        socket.send(hum);
        socket.send(JSON.stringify(done));
      });
    });
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const model = create({ apiKey: 'test-key', baseURL, ...options } as { apiKey: string });
    onTestFinished(async () => {
      await model.close();
      await new Promise((resolve) => server.close(resolve));
    });
    return { model, upgrades, heard };
  }

  describe(label, () => {
    it('goes where the documentation says, with the key, and what comes is heard', async () => {
      const { model, upgrades, heard } = await open(settings);
      expect(model).toBeInstanceOf(livekit.TTS);
      expect(model.label).toBe(label);
      const speaking = speak(model, 'Hello there.');
      await speaking.over;
      expect(upgrades.map(({ url }) => url)).toEqual([path]);
      expect(upgrades[0]!.headers).toMatchObject(headers);
      expect(heard).toEqual(told);
      const samples = speaking.audio.reduce((sum, { frame }) => sum + frame.samplesPerChannel, 0);
      expect([samples, speaking.ends]).toEqual([sampleRate / 10, 1]);
    });

    it('says the next turn on the same socket, with the options that hold by then', async () => {
      const { model, upgrades, heard } = await open();
      await speak(model, 'Hello there.').over;
      expect(heard).not.toEqual(told);
      const before = heard.length;
      model.updateOptions(settings);
      await speak(model, 'Hello there.').over;
      expect(heard.slice(before)).toEqual(told);
      expect(upgrades).toHaveLength(1);
    });

    it.each(Object.entries(refused) as [string, unknown][])(
      'refuses an option that cannot work by its name: %s',
      (option, value) => {
        expectRefusal(option, () => create({ apiKey: 'test-key', [option]: value }));
      },
    );
  });
}
