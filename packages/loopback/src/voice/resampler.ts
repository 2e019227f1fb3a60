/**
 * A streaming polyphase filter: changes the sample rate, or only cuts high frequencies when both rates are equal.
 * Windowed sinc (Blackman), good for about 70 dB.
 */
export class Resampler {
  /** Samples of output by which the result lags the input. */
  readonly delay: number;
  readonly #up: number;
  readonly #down: number;
  readonly #taps: number;
  readonly #phases: Float32Array[];
  #history: Float32Array;
  /** Position of the next output sample, in units of 1/up input samples, counted from the start of the history. */
  #position: number;

  /** `cutoff` in Hz; default a little below the lower of both Nyquist frequencies. */
  constructor(from: number, to: number, options: { cutoff?: number; taps?: number } = {}) {
    const divisor = greatestCommonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    const cutoff = options.cutoff ?? 0.46 * Math.min(from, to);
    this.#taps = options.taps ?? Math.ceil((48 * from) / Math.min(from, to));
    this.#phases = designPhases(this.#up, this.#taps, cutoff / from);
    this.#history = new Float32Array(this.#taps - 1);
    this.#position = 0;
    this.delay = Math.round(((this.#taps / 2) * to) / from);
  }

  push(samples: ArrayLike<number>): Float32Array {
    const taps = this.#taps;
    const buffer = new Float32Array(this.#history.length + samples.length);
    buffer.set(this.#history);
    buffer.set(samples, this.#history.length);
    const available = (buffer.length - taps + 1) * this.#up - this.#position;
    const count = Math.max(0, Math.ceil(available / this.#down));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index++) {
      const start = Math.floor(this.#position / this.#up);
      const phase = this.#phases[this.#position % this.#up]!;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += phase[tap]! * buffer[start + tap]!;
      output[index] = sum;
      this.#position += this.#down;
    }
    const consumed = Math.min(Math.floor(this.#position / this.#up), buffer.length);
    this.#history = buffer.slice(consumed);
    this.#position -= consumed * this.#up;
    return output;
  }
}

/** The whole of a clip at another rate, without delay. */
export function resample(
  samples: ArrayLike<number>,
  from: number,
  to: number,
  options: { cutoff?: number; taps?: number } = {},
): Float32Array {
  if (from === to && options.cutoff === undefined) return Float32Array.from(samples);
  const resampler = new Resampler(from, to, options);
  const length = Math.round((samples.length * to) / from);
  const output = new Float32Array(length + resampler.delay);
  const body = resampler.push(samples);
  output.set(body.subarray(0, output.length));
  const tail = resampler.push(new Float32Array(Math.ceil((resampler.delay * from) / to) + 1));
  output.set(tail.subarray(0, Math.max(0, output.length - body.length)), Math.min(body.length, output.length));
  return output.subarray(resampler.delay);
}

/** Rounded and clipped to 16 bits. */
export function toInt16(samples: Float32Array): Int16Array {
  const output = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    output[index] = Math.max(-32_768, Math.min(32_767, Math.round(samples[index]!)));
  }
  return output;
}

/** One set of `taps` coefficients per output phase, newest input last, each with unit gain. */
function designPhases(up: number, taps: number, cutoff: number): Float32Array[] {
  return Array.from({ length: up }, (_, phase) => {
    const coefficients = new Float32Array(taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - taps / 2 + 1 - phase / up;
      const angle = (Math.PI * (distance + taps / 2)) / (taps / 2);
      const window = 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
      const sinc = distance === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * distance) / (Math.PI * distance);
      coefficients[tap] = sinc * window;
      sum += coefficients[tap]!;
    }
    return coefficients.map((value) => value / sum);
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
