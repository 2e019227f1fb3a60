import type { Ear, Listener, Speech, Voice } from './types.ts';

/*
 * Every UTF-16 unit becomes one cell of 40 ms: a head of ten samples that says what it is, then a tone, so that a
 * voice-activity detector hears speech. Four samples mark the head, one gives the sample rate and whether an utterance
 * begins, four the unit, one their sum. Each sample stands for a hexadecimal digit by its level, coarse enough to survive G.711.
 */
const CELL_MS = 40;
const MARK = [24_000, -24_000, 24_000, -24_000] as const;
const HEAD_SAMPLES = MARK.length + 6;
const MARK_TOLERANCE = 1_200;
const LEVEL_STEP = 2_000;
const TONE_HZ = 220;
const TONE_LEVEL = 8_000;
const SAMPLE_RATES = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;
/** Added to the code of the sample rate where an utterance begins. */
const FIRST = 8;
/** Without another letter for so long, a word is complete. */
const PAUSE_MS = 200;

/**
 * A voice for tests: instant, always the same, and its {@link plainEar} reads it back letter by letter. What arrives in
 * another order, byte order or sample rate, or with samples missing, is not understood; resampling destroys it.
 */
export const plainVoice: Voice = {
  speak(text, options = {}) {
    const { sampleRate = 24_000, speed = 1 } = options;
    const rateCode = SAMPLE_RATES.findIndex((rate) => rate === sampleRate);
    if (rateCode < 0) return Promise.reject(new RangeError(`The plain voice does not speak at ${sampleRate} Hz.`));
    const cell = Math.max(2 * HEAD_SAMPLES, Math.round((sampleRate * CELL_MS) / 1_000 / speed));
    const samples = new Int16Array(cell * text.length);
    for (let index = 0; index < text.length; index += 1) {
      const start = index * cell;
      writeHead(samples, start, index === 0 ? rateCode + FIRST : rateCode, text.charCodeAt(index));
      for (let offset = HEAD_SAMPLES; offset < cell; offset += 1) {
        samples[start + offset] = TONE_LEVEL * Math.sin((2 * Math.PI * TONE_HZ * (start + offset)) / sampleRate);
      }
    }
    return Promise.resolve<Speech>({ samples, sampleRate });
  },
  close: () => Promise.resolve(),
};

export const plainEar: Ear = {
  listen: ({ sampleRate }) => Promise.resolve(new PlainListener(sampleRate)),
  close: () => Promise.resolve(),
};

function writeHead(samples: Int16Array, start: number, rateCode: number, unit: number): void {
  const digits = [rateCode, unit >> 12, (unit >> 8) & 15, (unit >> 4) & 15, unit & 15];
  const sum = digits.reduce((total, digit) => total + digit, 0) & 15;
  samples.set([...MARK, ...[...digits, sum].map((digit) => digit * LEVEL_STEP - 15_000)], start);
}

class PlainListener implements Listener {
  readonly #sampleRate: number;
  /** Samples that may be the beginning of a head. */
  #tail: Int16Array = new Int16Array(0);
  #word = '';
  /** Whether the next utterance needs a space before it. */
  #spaceNeeded = false;
  #samplesSinceUnit = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  push(samples: Int16Array): string[] {
    const all = new Int16Array(this.#tail.length + samples.length);
    all.set(this.#tail);
    all.set(samples, this.#tail.length);
    this.#samplesSinceUnit += samples.length;
    const pieces: string[] = [];
    let position = 0;
    while (position + HEAD_SAMPLES <= all.length) {
      const unit = this.#readHead(all, position);
      if (unit === undefined) {
        position += 1;
        continue;
      }
      position += HEAD_SAMPLES;
      this.#samplesSinceUnit = all.length - position;
      if (unit.first) pieces.push(...this.#takeWord());
      this.#word += unit.first && this.#spaceNeeded ? ` ${unit.text}` : unit.text;
      // A word is complete with the space after it.
      if (/\S\s$/.test(this.#word)) pieces.push(...this.#takeWord());
    }
    this.#tail = all.slice(position);
    if (this.#samplesSinceUnit > (this.#sampleRate * PAUSE_MS) / 1_000) pieces.push(...this.#takeWord());
    return pieces;
  }

  /** Nothing to forget: a letter that was cut off does not disturb the next one. */
  reset(): void {}

  finish(): Promise<string[]> {
    this.#tail = new Int16Array(0);
    const rest = this.#takeWord();
    this.#spaceNeeded = false;
    return Promise.resolve(rest);
  }

  close(): void {
    this.#word = '';
  }

  #takeWord(): string[] {
    const word = this.#word;
    this.#word = '';
    if (!word) return [];
    this.#spaceNeeded = !/\s$/.test(word);
    return [word];
  }

  #readHead(samples: Int16Array, start: number): { text: string; first: boolean } | undefined {
    for (const [offset, level] of MARK.entries()) {
      if (Math.abs(samples[start + offset]! - level) > MARK_TOLERANCE) return undefined;
    }
    const digits = Array.from(samples.subarray(start + MARK.length, start + HEAD_SAMPLES), (level) =>
      Math.round((level + 15_000) / LEVEL_STEP),
    );
    const [code, a, b, c, d, sum] = digits as [number, number, number, number, number, number];
    if (SAMPLE_RATES[code & ~FIRST] !== this.#sampleRate) return undefined;
    if (((code + a + b + c + d) & 15) !== sum) return undefined;
    return { text: String.fromCharCode((a << 12) | (b << 8) | (c << 4) | d), first: code >= FIRST };
  }
}
