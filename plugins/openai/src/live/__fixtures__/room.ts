import { ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { plainEar, plainVoice } from '@patchbay/loopback';
import { GPTLiveModel } from '../gpt-live-model.ts';
import type { GPTLiveSession } from '../gpt-live-session.ts';
import type { ClientEvent, ServerEvent } from '../gpt-live-types.ts';

const STEP = 2_400;

/** Keeps its sessions' events at hand: the room goes by them. */
export class ObservedModel extends GPTLiveModel {
  readonly sent: ClientEvent[] = [];
  readonly #listeners: ((event: ServerEvent) => void)[] = [];

  observe(listener: (event: ServerEvent) => void): void {
    this.#listeners.push(listener);
  }

  override session(): GPTLiveSession {
    const session = super.session();
    session.on('openai_client_event_queued', (event) => this.sent.push(event as ClientEvent));
    session.on('openai_server_event_received', (event) => this.#listeners.forEach((listener) => listener(event)));
    return session;
  }
}

/**
 * A microphone that never stops, in step with the model: 100 ms for each 100 ms that it says, so that a call takes as
 * long as the machine needs and nobody speaks too early.
 */
export class Microphone extends voice.AudioInput {
  #controller!: ReadableStreamDefaultController<AudioFrame>;
  #waiting: Int16Array[] = [];
  #isPaused = false;
  #interruption: { cue: (event: ServerEvent) => boolean; ready: () => Promise<void>; text: string } | undefined;

  constructor(model: ObservedModel) {
    super();
    this.multiStream.addInputStream(
      new ReadableStream({ start: (controller) => void (this.#controller = controller) }),
    );
    model.observe((event) => {
      if (this.#interruption?.cue(event)) void this.#interrupt(this.#interruption);
      if (event.type === 'session.output_audio.delta' || event.type === 'session.started') this.#step();
    });
  }

  async say(text: string): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    for (let at = 0; at < samples.length; at += STEP) this.#waiting.push(samples.subarray(at, at + STEP));
  }

  /** Says it when the model's event has arrived, and what it tells of is ready. Meanwhile time stands still. */
  interrupt(interruption: { cue: (event: ServerEvent) => boolean; ready: () => Promise<void>; text: string }): void {
    this.#interruption = interruption;
  }

  async #interrupt({ ready, text }: { ready: () => Promise<void>; text: string }): Promise<void> {
    this.#interruption = undefined;
    this.#isPaused = true;
    await ready();
    await this.say(text);
    this.#isPaused = false;
    this.#step();
  }

  #step(): void {
    setImmediate(() => {
      if (this.#isPaused) return;
      const samples = new Int16Array(STEP);
      samples.set(this.#waiting.shift() ?? []);
      this.#controller.enqueue(new AudioFrame(samples, 24_000, 1, STEP));
    });
  }
}

/** A loudspeaker that plays at once. */
export class Loudspeaker extends voice.AudioOutput {
  readonly played: { words: string; interrupted: boolean }[] = [];
  #frames: Int16Array[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    super(24_000, undefined, { pause: false });
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    if (this.#frames.length === 0) this.onPlaybackStarted(Date.now());
    this.#frames.push(Int16Array.from(frame.data));
    this.#tell();
  }

  override flush(): void {
    super.flush();
    if (this.#frames.length > 0) this.#finish(1, false);
  }

  override clearBuffer(): void {
    if (this.#frames.length > 0) this.#finish(0.5, true);
  }

  /** Resolves when so many replies were played, to the end or not. */
  async replies(count: number): Promise<void> {
    while (this.played.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when a reply has begun to play and goes on. */
  async playing(): Promise<void> {
    while (this.#frames.length < 3) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #finish(share: number, interrupted: boolean): void {
    const all = Int16Array.from(this.#frames.flatMap((frame) => [...frame]));
    this.#frames = [];
    const heard = all.subarray(0, Math.floor(all.length * share));
    this.onPlaybackFinished({ playbackPosition: heard.length / 24_000, interrupted });
    void wordsIn(heard).then((words) => {
      this.played.push({ words, interrupted });
      this.#tell();
    });
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function wordsIn(samples: Int16Array): Promise<string> {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  return [...listener.push(samples), ...(await listener.finish())].join('').trim();
}
