/**
 * Who owes whom an answer.
 *
 * Every turn that the service answers by itself, and every request without a name, pays for one reply; a nameless reply
 * that nobody paid for is foreign: LiteLLM up to 1.108.2 sends a `response.create` after each transcript, so that the
 * caller would be answered twice. And a turn whose answer went down with its socket is still owed one on the next.
 */
export class Turns {
  userSpeaking = false;
  /** The model has begun a reply at least once. */
  everAnswered = false;
  #owed = 0;
  #unanswered = false;

  /** A turn ended that the service answers by itself, or a nameless request was sent. */
  expectAnswer(): void {
    this.#owed++;
  }

  /** A nameless response began; `true` if nobody asked for it. */
  isForeign(): boolean {
    if (this.#owed === 0) return true;
    this.#owed--;
    return false;
  }

  /** A reply began that will be heard. */
  answered(): void {
    this.everAnswered = true;
    this.#unanswered = false;
  }

  /** A reply ended with its socket, before its first word. */
  cutShort(): void {
    this.#unanswered = true;
  }

  /** The input of this socket is gone. */
  reset(): void {
    if (this.#owed > 0) this.#unanswered = true;
    this.#owed = 0;
    this.userSpeaking = false;
  }

  /** Whether somebody still waits for an answer; asked once. */
  takeUnanswered(): boolean {
    const unanswered = this.#unanswered;
    this.#unanswered = false;
    return unanswered;
  }
}
