import { bandFor } from './carriers.ts';
import { CarrierReceiver } from './carrier-receiver.ts';
import { Modem, type Protocol } from './modem.ts';
import { findRecogniser, type Recogniser } from './recogniser.ts';
import type { Carrier, Ear, Listener } from './types.ts';

export interface EarOptions {
  /** The carrier that is listened for. Default `high`. */
  carrier?: Carrier;
  /** Asked about loud utterances without a carrier. Default: pocketsphinx if Python has it, else none. `false`: none. */
  recogniser?: Recogniser | false;
}

/**
 * Starts an ear. It reads the text that a `Voice` carried beside its words from the samples themselves, so that a wrong rate, byte
 * order, lost or repeated frames come out as wrong or missing words. Other speech goes to a recogniser if one is installed; without
 * one the ear says honestly that it understood nothing.
 */
export function startEar({ carrier = 'high', recogniser }: EarOptions = {}): Promise<Ear> {
  const modems = new Map<Protocol, Modem>();
  const listeners = new Set<Listener>();
  const recognise = async (utterance: Int16Array, sampleRate: number): Promise<string> => {
    const installed = recogniser ?? (await findRecogniser());
    return installed ? installed({ samples: utterance, sampleRate }) : '';
  };

  async function receiverFor(sampleRate: number): Promise<CarrierReceiver | undefined> {
    const band = bandFor(carrier, sampleRate);
    if (!band) return undefined;
    let modem = modems.get(band.protocol);
    if (!modem) modems.set(band.protocol, (modem = new Modem(band.protocol)));
    return new CarrierReceiver(band, await modem.receivers(2), sampleRate);
  }

  return Promise.resolve({
    async listen({ sampleRate }) {
      const listener = new TextListener({
        sampleRate,
        receiver: await receiverFor(sampleRate),
        recognise: recogniser === false ? undefined : recognise,
        onClose: () => listeners.delete(listener),
      });
      listeners.add(listener);
      return listener;
    },
    close() {
      for (const listener of listeners) listener.close();
      modems.clear();
      return Promise.resolve();
    },
  });
}

interface ListenerParts {
  sampleRate: number;
  receiver: CarrierReceiver | undefined;
  recognise: ((utterance: Int16Array, sampleRate: number) => Promise<string>) | undefined;
  onClose(): void;
}

/** Silence after the last sample until the slowest packet is out. */
const flushSeconds = 0.6;
/** What is kept for a recogniser: this much of an utterance, and this much from before it was noticed. */
const utteranceSeconds = 60;
const beforeSeconds = 1;
/** Peaks below this are silence, of 32,767. */
const silencePeak = 500;

class TextListener implements Listener {
  readonly #parts: ListenerParts;
  #utterance: Int16Array[] = [];
  #utteranceLength = 0;
  #understood = false;
  #closed = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  push(samples: Int16Array): string[] {
    if (this.#closed) return [];
    if (this.#parts.recognise && !this.#understood) {
      this.#utterance.push(samples.slice());
      this.#utteranceLength += samples.length;
      this.#trimUtterance(utteranceSeconds);
    }
    return this.#receive(samples);
  }

  reset(): void {
    if (this.#closed) return;
    this.#understood = false;
    this.#trimUtterance(beforeSeconds);
    this.#parts.receiver?.reset({ replay: true });
  }

  async finish(): Promise<string[]> {
    if (this.#closed) return [];
    const { sampleRate, receiver, recognise } = this.#parts;
    const pieces = this.#receive(new Int16Array(Math.round(sampleRate * flushSeconds)));
    const foreign = this.#understood ? undefined : concatenate(this.#utterance);
    receiver?.reset({ replay: false });
    this.#understood = false;
    this.#trimUtterance(0);
    if (!recognise || !foreign?.some((value) => Math.abs(value) > silencePeak)) return pieces;
    const text = await recognise(foreign, sampleRate);
    return text === '' ? pieces : [...pieces, text];
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.receiver?.close();
    this.#parts.onClose();
  }

  #receive(samples: Int16Array): string[] {
    const pieces = this.#parts.receiver?.push(samples) ?? [];
    if (pieces.length > 0) {
      this.#understood = true;
      this.#trimUtterance(0);
    }
    return pieces;
  }

  #trimUtterance(seconds: number): void {
    while (this.#utteranceLength > seconds * this.#parts.sampleRate)
      this.#utteranceLength -= this.#utterance.shift()!.length;
  }
}

function concatenate(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
