import { mixRate, turnOver, type CarrierBand } from './carriers.ts';
import { modemBlock, modemRate, type Receiver } from './modem.ts';
import { openPacket } from './packets.ts';
import { Resampler, toInt16 } from './resampler.ts';

/** How far back a reset listens: the time in which a server notices that speech began, and more. */
const replaySeconds = 1.1;
/** Both receivers hear a packet within this time, and nobody can say one twice in it. */
const echoSeconds = 0.5;

/** Reads packets of text from a stream of samples at any rate. */
export class CarrierReceiver {
  readonly #band: CarrierBand;
  /** Half a block apart: what lies across two blocks of one is in the middle of a block of the other. */
  readonly #receivers: readonly Receiver[];
  readonly #rate: number;
  readonly #resampler: Resampler | undefined;
  /** The last {@link replaySeconds}, as the modem got them. */
  #recent: Int16Array[] = [];
  #recentLength = 0;
  /** Samples that the modem got, at its rate. */
  #position = 0;
  /** Where each packet was heard last. */
  readonly #heard = new Map<string, number>();
  /** Pieces that a replay brought to light. */
  #late: string[] = [];
  #textBefore = false;

  constructor(band: CarrierBand, receivers: readonly Receiver[], sampleRate: number) {
    this.#band = band;
    this.#receivers = receivers;
    this.#rate = (modemRate * band.playedAt) / mixRate;
    if (sampleRate !== this.#rate) this.#resampler = new Resampler(sampleRate, this.#rate);
    this.#shiftSecond();
  }

  push(samples: Int16Array): string[] {
    const moved = this.#resampler ? this.#resampler.push(samples) : Float32Array.from(samples);
    const { turnedOverAt } = this.#band;
    if (turnedOverAt > 0) turnOver(moved, this.#position, turnedOverAt, this.#rate);
    const pieces = this.#late;
    this.#late = [];
    const whole = toInt16(moved);
    // Block by block, so that neither receiver runs ahead and tells a later packet first.
    for (let offset = 0; offset < whole.length; offset += modemBlock) {
      const block = whole.subarray(offset, offset + modemBlock);
      this.#remember(block);
      pieces.push(...this.#decode(block));
    }
    return pieces;
  }

  /** Forgets a packet that was begun, then listens again to the last second: its end may have been the beginning of another. */
  reset(options: { replay: boolean }): void {
    for (const receiver of this.#receivers) receiver.reset();
    this.#shiftSecond();
    this.#textBefore = false;
    if (options.replay) {
      this.#position -= this.#recentLength;
      this.#late = this.#recent.flatMap((block) => this.#decode(block));
    } else {
      this.#recent = [];
      this.#recentLength = 0;
    }
  }

  close(): void {
    for (const receiver of this.#receivers) receiver.close();
  }

  #remember(block: Int16Array): void {
    this.#recent.push(block);
    this.#recentLength += block.length;
    while (this.#recentLength - this.#recent[0]!.length > replaySeconds * this.#rate)
      this.#recentLength -= this.#recent.shift()!.length;
  }

  #shiftSecond(): void {
    this.#receivers[1]?.push(new Int16Array(modemBlock / 2));
  }

  #decode(block: Int16Array): string[] {
    this.#position += block.length;
    const pieces: string[] = [];
    for (const receiver of this.#receivers) {
      for (const bytes of receiver.push(block)) {
        const packet = openPacket(bytes);
        if (packet && this.#isNew(bytes)) {
          pieces.push(packet.index === 0 && this.#textBefore ? ` ${packet.text}` : packet.text);
          this.#textBefore = true;
        }
      }
    }
    return pieces;
  }

  #isNew(bytes: Uint8Array): boolean {
    const key = Buffer.from(bytes).toString('latin1');
    for (const [other, at] of this.#heard)
      if (this.#position - at > 2 * replaySeconds * this.#rate) this.#heard.delete(other);
    const before = this.#heard.get(key);
    this.#heard.set(key, this.#position);
    return before === undefined || Math.abs(this.#position - before) > echoSeconds * this.#rate;
  }
}
