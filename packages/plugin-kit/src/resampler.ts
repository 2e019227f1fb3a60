/**
 * A streaming resampler for 16-bit mono speech: a polyphase windowed sinc (Kaiser, about 65 dB). It stays in
 * JavaScript on purpose: for 10 ms frames it costs about half of a call into a native one, it owns no handle that
 * somebody must free, and it reads exactly the samples it is given, views included.
 */
export class Resampler {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly #up: number;
  readonly #down: number;
  readonly #taps: number;
  readonly #phases: readonly Float32Array[];
  #history: Float32Array;
  /** Position of the next output sample, in units of 1/up of an input sample, from the start of the history. */
  #position: number;

  /** Rates in Hz. */
  constructor(inputRate: number, outputRate: number) {
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    const { taps, phases } = filterFor(this.#up, this.#down);
    this.#taps = taps;
    this.#phases = phases;
    this.#history = new Float32Array(taps);
    this.#position = this.#start;
  }

  /** Output sample 0 stands where input sample 0 stands: right after the history. */
  get #start(): number {
    return this.#taps * this.#up;
  }

  /** What these samples complete. The result is a fresh array. */
  push(samples: Int16Array): Int16Array {
    const taps = this.#taps;
    const length = taps + samples.length;
    if (this.#history.length < length) {
      const grown = new Float32Array(length);
      grown.set(this.#history.subarray(0, taps));
      this.#history = grown;
    }
    const history = this.#history;
    for (let index = 0; index < samples.length; index++) history[taps + index] = samples[index] ?? 0;

    const up = this.#up;
    const down = this.#down;
    let position = this.#position;
    // Beyond this, the right half of the filter would look into the future.
    const limit = (samples.length + taps / 2) * up;
    const output = new Int16Array(Math.max(0, Math.ceil((limit - position) / down)));
    for (let out = 0; out < output.length; out++) {
      const whole = Math.floor(position / up);
      const phase = this.#phases[position - whole * up] as Float32Array;
      const first = whole - taps / 2 + 1;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (phase[tap] as number) * (history[first + tap] as number);
      output[out] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : Math.round(sum);
      position += down;
    }
    history.copyWithin(0, samples.length, length);
    this.#position = position - samples.length * up;
    return output;
  }

  /** The tail that still waits for samples to come; afterwards the resampler is as new. */
  flush(): Int16Array {
    const tail = this.push(new Int16Array(this.#taps / 2));
    this.reset();
    return tail;
  }

  reset(): void {
    this.#history.fill(0);
    this.#position = this.#start;
  }
}

interface Filter {
  taps: number;
  phases: readonly Float32Array[];
}

/** Tables depend on the ratio alone and are shared by all streams. */
const filters = new Map<string, Filter>();

const zeroCrossings = 24;
const kaiserBeta = 6;

function filterFor(up: number, down: number): Filter {
  const key = `${up}:${down}`;
  let filter = filters.get(key);
  if (!filter) {
    filter = design(up, down);
    filters.set(key, filter);
  }
  return filter;
}

function design(up: number, down: number): Filter {
  // Below 1 when the output cannot carry all of the input: the filter is stretched and its gain lowered.
  const bandwidth = Math.min(1, up / down);
  const half = Math.ceil(zeroCrossings / bandwidth);
  const taps = 2 * half;
  const phases = Array.from({ length: up }, (_, phase) => {
    const row = new Float32Array(taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - half + 1 - phase / up;
      const value = sinc(distance * bandwidth) * kaiser(distance / half);
      row[tap] = value;
      sum += value;
    }
    // Every phase passes a constant unchanged, so silence and hum get no ripple of their own.
    for (let tap = 0; tap < taps; tap++) row[tap] = (row[tap] as number) / sum;
    return row;
  });
  return { taps, phases };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return x <= -1 || x >= 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - x * x)) / bessel(kaiserBeta);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-9 * sum; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
