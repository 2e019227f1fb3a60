import { llm, shortuuid } from '@livekit/agents';
import type { AudioFrame, Clock, MessageGeneration, ResponseGeneration, Timer } from '@patchbay/plugin-kit';

/**
 * How loud silence is, as the root mean square of full scale: the level that LiveKit's plugin knows of GPT-Live, whose
 * stream is of the same kind.
 */
const silenceLevel = 0.0006;

export interface UtterancesOptions {
  clock: Clock;
  /** Milliseconds without a sound or a word that end an utterance. */
  idleMs: number;
  begin: (id: string) => ResponseGeneration;
  /** Something of it arrived. */
  touch: (generation: ResponseGeneration, audible: boolean) => void;
  end: (generation: ResponseGeneration, interrupted: boolean) => void;
}

/**
 * A translation has neither turns nor an end: words and sound come as they come, with silence between them. LiveKit plays
 * generations. So the first sound or word of an utterance begins one, a pause ends it, and silence between
 * them is not played, or the agent would speak for ever and fall behind.
 */
export class Utterances {
  readonly #options: UtterancesOptions;
  readonly #gate: llm.FixedGate;
  #open: { generation: ResponseGeneration; message: MessageGeneration } | undefined;
  /** The listener has had enough of this utterance; what is left of it goes nowhere. */
  #muted = false;
  #sounding = false;
  #idle: Timer | undefined;

  constructor(options: UtterancesOptions) {
    this.#options = options;
    this.#gate = new llm.FixedGate(silenceLevel, { minSilenceDuration: options.idleMs });
  }

  text(fragment: string): void {
    const message = this.#continue(false);
    if (!message) return;
    const text = message.audioTranscript === '' ? fragment.trimStart() : fragment;
    if (text !== '') message.pushText(text);
  }

  /** `true` if it was more than silence. */
  audio(frame: AudioFrame): boolean {
    const wasSounding = this.#sounding;
    this.#sounding = this.#gate.update(frame);
    if (this.#sounding) this.#continue(true)?.pushAudio(frame);
    else if (wasSounding) this.finish();
    return this.#sounding;
  }

  /** The listener wants to hear no more of it. */
  interrupt(): void {
    if (!this.#open) return;
    this.#muted = true;
    this.#close(true);
  }

  /** It is over. */
  finish(): void {
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#muted = false;
    this.#sounding = false;
    this.#gate.deactivate();
    this.#close(false);
  }

  /** Its socket is gone, and the generation closed with it. */
  drop(): void {
    this.#open = undefined;
    this.finish();
  }

  #continue(audible: boolean): MessageGeneration | undefined {
    const { clock, idleMs, begin, touch } = this.#options;
    this.#idle?.cancel();
    this.#idle = clock.setTimer(() => this.finish(), idleMs);
    if (this.#muted) return undefined;
    if (!this.#open) {
      const id = shortuuid('translation_');
      const generation = begin(id);
      const message = generation.message(id);
      // LiveKit waits for this before it listens.
      message.decide(['audio', 'text']);
      this.#open = { generation, message };
    }
    touch(this.#open.generation, audible);
    return this.#open.message;
  }

  #close(interrupted: boolean): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) this.#options.end(open.generation, interrupted);
  }
}
