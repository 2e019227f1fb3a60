import { setTimeout as sleep } from 'node:timers/promises';
import { stt, type APIConnectOptions } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { failuresOf, quickly, until, type Telling } from './quickly.ts';

const leadMs = 100;

/** What a microphone gives while the plain voice says this: frames of 10 ms, with silence around. */
export async function speechFrames(text: string, sampleRate = 24_000, silenceMs = 800): Promise<AudioFrame[]> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const padded = new Int16Array(samples.length + ((leadMs + silenceMs) * sampleRate) / 1_000);
  padded.set(samples, (leadMs * sampleRate) / 1_000);
  const length = sampleRate / 100;
  return Array.from({ length: Math.floor(padded.length / length) }, (_, at) => {
    return new AudioFrame(padded.slice(at * length, (at + 1) * length), sampleRate, 1, length);
  });
}

/** Says it, in real time if `live`: some deadlines go by what was sent meanwhile. */
export async function say(text: string, push: (frame: AudioFrame) => void, { live = false } = {}): Promise<void> {
  const frames = await speechFrames(text, 24_000, live ? 1_500 : 800);
  const startMs = performance.now();
  for (const [at, frame] of frames.entries()) {
    push(frame);
    const aheadMs = startMs + 10 * at - performance.now();
    if (live && aheadMs > 0) await sleep(aheadMs);
  }
}

/** Speech to text that tells of its connections. */
export type Ears = stt.STT & Telling & { on(event: 'connection', listener: (event: ConnectionEvent) => void): unknown };

/** A stream of speech to text, read as a user reads it. Before a cloud whose voice is `plain`. */
export class Listening {
  /** What it told of its connections. */
  readonly connection: ConnectionEvent[] = [];
  readonly failures: Error[];
  readonly transcripts: string[] = [];
  readonly #stream: stt.SpeechStream;
  readonly #ended: Promise<void>;

  constructor(model: Ears, connOptions: Partial<APIConnectOptions> = {}) {
    this.failures = failuresOf(model);
    model.on('connection', (event) => this.connection.push(event));
    this.#stream = model.stream({ connOptions: { ...quickly, ...connOptions } });
    this.#ended = this.#read();
  }

  /** How often it dialled. */
  get dials(): number {
    return this.connection.filter(({ type }) => type === 'connecting').length;
  }

  /** How many milliseconds of audio it said that it lost. */
  get lostMs(): number {
    return this.connection.reduce((sum, event) => sum + (event.type === 'audio-dropped' ? event.droppedMs : 0), 0);
  }

  async opened(): Promise<this> {
    await until(() => this.failures.length > 0 || this.connection.some(({ type }) => type === 'open'));
    return this;
  }

  say(text: string, options?: { live?: boolean }): Promise<void> {
    return say(text, (frame) => this.#stream.pushFrame(frame), options);
  }

  /** The transcripts, once there are so many. Throws what ended the stream before. */
  async understood(count = 1): Promise<string[]> {
    await until(() => this.failures.length > 0 || this.transcripts.length >= count);
    if (this.failures[0]) throw this.failures[0];
    return this.transcripts;
  }

  /** What it ended with. */
  async failure(): Promise<Error> {
    await this.#ended;
    return this.failures[0] ?? new Error('it ended without an error');
  }

  async close(): Promise<void> {
    this.#stream.close();
    await this.#ended;
  }

  async #read(): Promise<void> {
    for await (const { type, alternatives } of this.#stream) {
      if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) this.transcripts.push(alternatives?.[0].text ?? '');
    }
  }
}
