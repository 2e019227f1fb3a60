import { PatchbayError } from '@patchbay/ws-url';

/** Bytes of an answer, or of one event where it is a stream of them. */
const maxBytes = 16 * 1_048_576;

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Keeps an answer without an end from filling the memory, and from keeping the event loop busy: SDKs collect a line
 * until it is complete, and copy what they have with every piece. So a stream of events is handed on in whole lines, and
 * may be as long as it likes, as long as a blank line comes now and then.
 */
export class AnswerLimit {
  readonly #isStream: boolean;
  /** The pieces of a line that has not ended. */
  #held: Uint8Array[] = [];
  #length = 0;
  #previous = 0;
  #lineIsEmpty = true;

  constructor(contentType: string | undefined) {
    this.#isStream = contentType?.startsWith('text/event-stream') === true;
  }

  /**
   * What may be handed on now; `undefined` if that is nothing.
   *
   * @throws PatchbayError `message-too-large` beyond 16 MiB.
   */
  pass(piece: Uint8Array): Uint8Array | undefined {
    this.#length += piece.byteLength;
    const end = this.#isStream ? this.#forgetEvents(piece) : piece.byteLength;
    if (this.#length > maxBytes) {
      const what = `the answer, or one event of it, was larger than ${maxBytes} bytes`;
      throw new PatchbayError('message-too-large', what);
    }
    if (end === 0) {
      if (piece.byteLength > 0) this.#held.push(piece);
      return undefined;
    }
    this.#held.push(piece.subarray(0, end));
    const whole = this.rest();
    if (end < piece.byteLength) this.#held = [piece.subarray(end)];
    return whole;
  }

  /** What is left when the answer is over, although its line has not ended. */
  rest(): Uint8Array | undefined {
    const held = this.#held.splice(0);
    return held.length > 1 ? Buffer.concat(held) : held[0];
  }

  /** Stops counting what stands before the last blank line. Returns where the last line ends. */
  #forgetEvents(piece: Uint8Array): number {
    let [previous, lineIsEmpty, end] = [this.#previous, this.#lineIsEmpty, 0];
    const { length } = piece;
    for (let index = 0; index < length; index++) {
      const byte = piece[index] as number;
      if (byte !== lineFeed && byte !== carriageReturn) lineIsEmpty = false;
      else {
        end = index + 1;
        if (byte === carriageReturn || previous !== carriageReturn) {
          if (lineIsEmpty) this.#length = length - end;
          lineIsEmpty = true;
        }
      }
      previous = byte;
    }
    this.#previous = previous;
    this.#lineIsEmpty = lineIsEmpty;
    return end;
  }
}
