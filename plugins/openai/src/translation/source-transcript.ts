import { shortuuid } from '@livekit/agents';
import type { llm } from '@livekit/agents';
import type { Clock, Timer } from '@patchbay/plugin-kit';

export interface SourceTranscriptOptions {
  clock: Clock;
  /** Milliseconds without a word that end a line. */
  idleMs: number;
  /** LiveKit wants the whole line so far each time, and a final one in the end. */
  tell(line: llm.InputTranscriptionCompleted): void;
}

/** What the caller said: fragments without an end → lines, cut where no word came for a while. */
export class SourceTranscript {
  readonly #options: SourceTranscriptOptions;
  #line: { itemId: string; startedAt: number; text: string } | undefined;
  #idle: Timer | undefined;

  constructor(options: SourceTranscriptOptions) {
    this.#options = options;
  }

  delta(fragment: string): void {
    const { clock, idleMs } = this.#options;
    this.#line ??= { itemId: shortuuid('item_'), startedAt: clock.wallClock(), text: '' };
    this.#line.text += fragment;
    this.#tell(false);
    this.#idle?.cancel();
    this.#idle = clock.setTimer(() => this.finish(), idleMs);
  }

  /** The line is over. */
  finish(): void {
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#tell(true);
    this.#line = undefined;
  }

  /** The same words will come again. */
  restart(): void {
    this.#idle?.cancel();
    this.#idle = undefined;
    if (this.#line) this.#line.text = '';
  }

  #tell(isFinal: boolean): void {
    const line = this.#line;
    const transcript = line?.text.trim();
    if (!line || !transcript) return;
    this.#options.tell({ itemId: line.itemId, transcript, isFinal, turnStartedAt: line.startedAt });
  }
}
