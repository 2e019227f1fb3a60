import type { Ear } from '../voice/types.ts';
import { Hearing } from '../realtime/hearing.ts';
import { VoiceActivity } from '../realtime/vad.ts';

/** The live model decides when somebody has finished; here a silence of this length does. */
const TURN_SILENCE_MS = 500;

export interface ListeningEvents {
  onSpeechStarted(): void;
  /** A piece of what is being said, and when it was said. */
  onText(text: string, startMs: number, endMs: number): void;
  /** Somebody has finished. `''` if nothing was understood. */
  onTurn(text: string): void;
}

/** The ear of a session: always open, also while it speaks. */
export class Listening {
  readonly #hearing: Hearing;
  readonly #activity: VoiceActivity;
  readonly #events: ListeningEvents;
  #turn = 0;
  #nowMs = 0;
  /** Until where has been told what was said. */
  #toldMs = 0;

  constructor(ear: Ear, sampleRate: number, events: ListeningEvents) {
    this.#events = events;
    this.#activity = new VoiceActivity(sampleRate, { threshold: 0.5 });
    this.#hearing = new Hearing(ear, sampleRate, '0', (text) => this.#understood(text));
  }

  get speaking(): boolean {
    return this.#activity.speaking;
  }

  /** Audio up to `nowMs` of the session. */
  push(samples: Int16Array, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#hearing.push(samples);
    this.#activity.push(samples, (edge) => {
      if (edge.type === 'started') {
        this.#hearing.begin();
        this.#toldMs = Math.max(this.#toldMs, edge.atMs);
        this.#events.onSpeechStarted();
      } else if (this.speaking && edge.silentMs >= TURN_SILENCE_MS) {
        this.#activity.quiet();
        void this.#hearing.end(String(++this.#turn)).then(
          (text) => this.#events.onTurn(text),
          () => this.#events.onTurn(''),
        );
      }
    });
  }

  close(): void {
    this.#hearing.close();
  }

  #understood(text: string): void {
    const startMs = Math.min(this.#toldMs, this.#nowMs);
    this.#toldMs = this.#nowMs;
    this.#events.onText(text, startMs, this.#nowMs);
  }
}
