import { initializeLogger, VAD, VADEventType, VADStream, inference } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { frames, LoudnessVad } from './__fixtures__/loudness-vad.ts';
import { turns, until } from './__fixtures__/until.ts';
import { ClientVad } from './client-vad.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** LiveKit's own base, with a detector that a test can read and drive. */
class ScriptedVad extends VAD {
  label = 'test.ScriptedVad';
  readonly frames: AudioFrame[] = [];
  readers = 0;
  current: ScriptedStream | undefined;

  constructor() {
    super({ updateInterval: 50 });
  }

  override stream(): ScriptedStream {
    this.current = new ScriptedStream(this);
    return this.current;
  }
}

class ScriptedStream extends VADStream {
  constructor(owner: ScriptedVad) {
    super(owner);
    owner.readers++;
    void this.#read(owner).finally(() => owner.readers--);
  }

  say(type: VADEventType, silenceDuration = 0): void {
    this.sendVADEvent({ type, silenceDuration } as never);
  }

  async #read(owner: ScriptedVad): Promise<void> {
    while (!this.closed) {
      const { done, value } = await this.inputReader.read();
      if (done) return;
      if (typeof value !== 'symbol') owner.frames.push(value);
    }
  }
}

describe('ClientVad', () => {
  it('hands over frames that own their memory, and what the VAD makes of them', async () => {
    const vad = new ScriptedVad();
    const heard: string[] = [];
    const client = new ClientVad(vad, 16_000, {
      started: () => heard.push('started'),
      stopped: (silentMs) => heard.push(`stopped ${silentMs}`),
    });
    const memory = Buffer.from(Int16Array.from({ length: 400 }, (_, n) => n).buffer);
    client.push(memory.subarray(200, 520));
    memory.fill(0);
    await until(() => vad.frames.length === 1);
    expect(vad.frames[0]).toMatchObject({ sampleRate: 16_000, channels: 1, samplesPerChannel: 160 });
    expect([...(vad.frames[0]?.data ?? [])]).toEqual(Array.from({ length: 160 }, (_, n) => n + 100));
    expect(vad.frames[0]?.data.buffer.byteLength).toBe(320);
    vad.current?.say(VADEventType.START_OF_SPEECH);
    await until(() => client.isSpeaking);
    vad.current?.say(VADEventType.END_OF_SPEECH, 250);
    await until(() => heard.length === 2);
    expect([heard, client.isSpeaking]).toEqual([['started', 'stopped 250'], false]);
    client.close();
  });

  it('knows where in the audio a voice was, however far the VAD is behind', async () => {
    const told: unknown[] = [];
    const client = new ClientVad(new LoudnessVad(), 16_000, {
      started: (atMs) => told.push(['started', atMs]),
      stopped: (silentMs, atMs) => told.push(['stopped', silentMs, atMs]),
    });
    for (const { data } of frames([0, 300], [1, 400], [0, 1_000])) client.push(new Uint8Array(data.buffer));
    expect([client.judgedMs, client.pushedMs]).toEqual([undefined, 1_700]);
    await until(() => client.judgedMs === 1_700);
    expect(told).toEqual([['started', 300], ['stopped', 200, 900]]); // prettier-ignore
    client.close();
  });

  it('says once that somebody else has closed the VAD, and not when we do', async () => {
    const failures: unknown[] = [];
    const listen = (vad: LoudnessVad): ClientVad =>
      new ClientVad(vad, 16_000, {
        started: () => undefined,
        stopped: () => undefined,
        failed: (error) => failures.push(error),
      });
    listen(new LoudnessVad()).close();
    const vad = new LoudnessVad();
    const client = listen(vad);
    vad.streams[0]?.close();
    client.push(Buffer.alloc(320));
    await turns();
    expect(failures).toHaveLength(1);
  });

  it('closes without endInput, twice, and leaves no reader waiting', async () => {
    const vad = new ScriptedVad();
    const client = new ClientVad(vad, 16_000, { started: () => undefined, stopped: () => undefined });
    await turns();
    client.close();
    client.close();
    client.push(Buffer.alloc(320));
    await until(() => vad.readers === 0);
    expect(vad.frames).toEqual([]);
  });

  it('survives a VAD that was closed by somebody else', () => {
    const vad = new ScriptedVad();
    const client = new ClientVad(vad, 16_000, { started: () => undefined, stopped: () => undefined });
    vad.current?.close();
    client.close();
  });

  it('closes the VAD that LiveKit ships in the middle of its work', async () => {
    const client = new ClientVad(new inference.VAD(), 24_000, { started: () => undefined, stopped: () => undefined });
    for (let chunk = 0; chunk < 20; chunk++) client.push(Buffer.alloc(2_400));
    client.close();
    await turns();
  });
});
