import type { Clock, Frame, Link } from '@patchbay/ws-session';
import { AudioHistory } from './audio-history.ts';
import { backlogMs, leadMs, longestReplayMs } from './listening-times.ts';
import { UnansweredSpeech, wordMs } from './unanswered-speech.ts';

/**
 * What the caller said and the provider has not taken as a turn yet. It went down with the socket it was sent on, and is
 * said to the next one, so that no phrase begins in its middle.
 */
export class UnheardSpeech {
  readonly #history: AudioHistory;
  readonly #loudness = new UnansweredSpeech();
  /** Where somebody was loud for the last time, in milliseconds of audio; `undefined`: not since the last turn. */
  #loudUntilMs: number | undefined;
  /** And where it began. */
  #loudFromMs = 0;
  /** What is behind this point waits to be sent, or was sent to nobody. */
  #sentMs = 0;
  /** What comes before this point the provider has heard, for it has made a turn of it. */
  #heardMs = 0;

  constructor(clock: Clock) {
    this.#history = new AudioHistory(clock);
  }

  /** How much audio is worth keeping until there is a socket again, in milliseconds. */
  get keepMs(): number {
    return this.#loudUntilMs === undefined ? backlogMs : longestReplayMs;
  }

  /** Something as long as a word was said of which the provider has made no turn. */
  get isOwed(): boolean {
    return this.#loudUntilMs !== undefined && this.#loudUntilMs - this.#loudFromMs >= wordMs;
  }

  /** Hot: a chunk of 16-bit PCM. */
  push(bytes: Uint8Array, milliseconds: number): void {
    const history = this.#history;
    history.push(bytes, milliseconds);
    const { pushedMs } = history;
    if (this.#loudness.heard(bytes, pushedMs)) {
      if (this.#loudUntilMs === undefined) this.#loudFromMs = pushedMs - milliseconds;
      this.#loudUntilMs = pushedMs;
    }
    // A turn would have been made of it by now.
    else if (this.#loudUntilMs !== undefined && pushedMs - this.#loudUntilMs > longestReplayMs) {
      this.#loudUntilMs = undefined;
    }
    history.settle(pushedMs - (this.#loudUntilMs === undefined ? leadMs : longestReplayMs));
  }

  /** The provider has made a turn of it, and said so if that is `confirmed`, or was told to forget it. */
  taken({ confirmed }: { confirmed: boolean }): void {
    this.#loudUntilMs = undefined;
    const { pushedMs } = this.#history;
    this.#history.settle(pushedMs);
    if (confirmed) this.#heardMs = pushedMs;
  }

  /** The socket is gone; of what was pushed, so much was never sent and waits for the next one. */
  lost(waitingMs: number): void {
    this.#sentMs = this.#history.pushedMs - waitingMs;
  }

  /** How much of what was sent to the last socket the next one hears again: nothing if nobody was speaking. */
  get repeatedMs(): number {
    return this.#isSpeech ? this.#history.replay(this.#sentMs).milliseconds : 0;
  }

  /** How much of what was sent to the last socket was speech that is no turn yet. */
  get owedMs(): number {
    return this.#loudUntilMs === undefined ? 0 : Math.max(0, this.#sentMs - this.#loudFromMs);
  }

  /** How much of what was sent to the last socket came after what it is known to have heard. */
  get unprovenMs(): number {
    return Math.max(0, this.#sentMs - this.#heardMs);
  }

  /** Says it again, before anything that waits, in frames that `encode` makes of it. Returns how much it was. */
  sayAgain(link: Link, encode: (bytes: Uint8Array) => Frame): number {
    if (!this.#isSpeech) return 0;
    const { sounds, milliseconds } = this.#history.replay(this.#sentMs);
    for (const sound of sounds) link.send(encode(sound.bytes), sound.milliseconds);
    return milliseconds;
  }

  get #isSpeech(): boolean {
    return this.#loudUntilMs !== undefined && this.#loudUntilMs > this.#history.startMs;
  }
}
