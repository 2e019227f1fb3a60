import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';
import { HandedMicrophone } from '../../__fixtures__/room.ts';
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
export class Microphone extends HandedMicrophone {
  #waiting: Int16Array[] = [];
  #isPaused = false;
  #interruption: { cue: (event: ServerEvent) => boolean; ready: () => Promise<void>; text: string } | undefined;

  constructor(model: ObservedModel) {
    super();
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
      this.push(new AudioFrame(samples, 24_000, 1, STEP));
    });
  }
}
