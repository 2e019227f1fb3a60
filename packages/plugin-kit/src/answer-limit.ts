import { PatchbayError } from '@patchbay/ws-url';

/** Bytes of an answer, or of one event where it is a stream of them. */
const maxBytes = 16 * 1_048_576;

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Keeps an answer without an end from filling the memory: SDKs collect a line until it is complete. A stream of events
 * may be as long as it likes, as long as a blank line comes now and then.
 */
export class AnswerLimit {
  readonly #isStream: boolean;
  #length = 0;
  #previous = 0;
  #lineIsEmpty = true;

  constructor(contentType: string | undefined) {
    this.#isStream = contentType?.startsWith('text/event-stream') === true;
  }

  /** @throws PatchbayError `message-too-large` beyond 16 MiB. */
  pass(piece: Uint8Array): void {
    this.#length += piece.byteLength;
    if (this.#isStream) this.#forgetEvents(piece);
    if (this.#length <= maxBytes) return;
    throw new PatchbayError('message-too-large', `the answer, or one event of it, was larger than ${maxBytes} bytes`);
  }

  /** What stands before the last blank line has been delivered. */
  #forgetEvents(piece: Uint8Array): void {
    let [previous, lineIsEmpty] = [this.#previous, this.#lineIsEmpty];
    const { length } = piece;
    for (let index = 0; index < length; index++) {
      const byte = piece[index] as number;
      if (byte !== lineFeed && byte !== carriageReturn) lineIsEmpty = false;
      else if (byte === carriageReturn || previous !== carriageReturn) {
        if (lineIsEmpty) this.#length = length - index - 1;
        lineIsEmpty = true;
      }
      previous = byte;
    }
    this.#previous = previous;
    this.#lineIsEmpty = lineIsEmpty;
  }
}
