/** Sample rate and block of the modem. It wants whole blocks and is fastest at its own rate. */
export const modemRate = 24_000;
export const modemBlock = 512;

export type Protocol = 'AUDIBLE_FASTEST' | 'DT_FASTEST';

/** A module has room for four instances; a fifth one silently does not work. */
const instancesPerModule = 4;
/** 0–100; the mix decides how loud it is in the end. */
const volume = 25;

/** What the package exports; it ships no types. */
interface Ggwave {
  SampleFormat: { GGWAVE_SAMPLE_FORMAT_I16: unknown };
  ProtocolId: Record<string, unknown>;
  getDefaultParameters(): Record<string, unknown>;
  init(parameters: Record<string, unknown>): number;
  free(instance: number): void;
  encode(instance: number, payload: Uint8Array, protocol: unknown, volume: number): Int8Array;
  decode(instance: number, samples: Uint8Array): Int8Array;
  rxToggleProtocol(protocol: unknown, enabled: 0 | 1): void;
  disableLog(): void;
}

type Factory = (options: { print(): void; printErr(): void }) => Promise<Ggwave>;

/** Data as sound: turns packets into tones and back. Owns the WebAssembly modules that it needs. */
export class Modem {
  readonly #protocol: Protocol;
  readonly #modules: { ggwave: Ggwave; free: number }[] = [];
  #loading: Promise<void> | undefined;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  /** Tones at {@link modemRate} for a packet of at most 140 bytes. */
  async encode(packet: Uint8Array): Promise<Int16Array> {
    while (this.#free < 1) await this.#load();
    const instance = this.#take();
    const bytes = instance.ggwave.encode(
      instance.id,
      packet,
      instance.ggwave.ProtocolId[`GGWAVE_PROTOCOL_${this.#protocol}`],
      volume,
    );
    // A view of the module's memory, which the next call overwrites.
    const samples = new Int16Array(bytes.slice().buffer);
    instance.free();
    return samples;
  }

  async receivers(count: number): Promise<Receiver[]> {
    while (this.#free < count) await this.#load();
    return Array.from({ length: count }, () => new Receiver(() => this.#take()));
  }

  get #free(): number {
    return this.#modules.reduce((sum, module) => sum + module.free, 0);
  }

  #load(): Promise<void> {
    this.#loading ??= loadModule(this.#protocol).then((ggwave) => {
      this.#modules.push({ ggwave, free: instancesPerModule });
      this.#loading = undefined;
    });
    return this.#loading;
  }

  #take(): Instance {
    const module = this.#modules.find(({ free }) => free > 0);
    if (!module) throw new Error('No modem instance is free');
    module.free--;
    const { ggwave } = module;
    const id = ggwave.init(parametersFor(ggwave));
    return {
      ggwave,
      id,
      free() {
        ggwave.free(id);
        module.free++;
      },
    };
  }
}

interface Instance {
  ggwave: Ggwave;
  id: number;
  free(): void;
}

/** Hears packets in samples of any chunk size at {@link modemRate}. */
export class Receiver {
  readonly #take: () => Instance;
  readonly #block = new Int16Array(modemBlock);
  readonly #bytes = new Uint8Array(this.#block.buffer);
  #instance: Instance;
  #filled = 0;

  constructor(take: () => Instance) {
    this.#take = take;
    this.#instance = take();
  }

  push(samples: Int16Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let offset = 0; offset < samples.length;) {
      const count = Math.min(modemBlock - this.#filled, samples.length - offset);
      this.#block.set(samples.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled < modemBlock) break;
      this.#filled = 0;
      const packet = this.#instance.ggwave.decode(this.#instance.id, this.#bytes);
      if (packet.length > 0) packets.push(Uint8Array.from(packet));
    }
    return packets;
  }

  /** Forgets a packet that was begun; otherwise one that is cut off swallows the next. */
  reset(): void {
    this.#instance.free();
    this.#instance = this.#take();
    this.#filled = 0;
  }

  close(): void {
    this.#instance.free();
  }
}

/** Loading adds two listeners to the process that turn any rejection into a crash; they are taken off again. */
async function loadModule(protocol: Protocol): Promise<Ggwave> {
  // @ts-expect-error -- it ships no types
  const { default: factory } = (await import('ggwave')) as { default: Factory };
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  // Synchronous up to the listeners: nobody else's can be among the new ones.
  const loading = factory({ print() {}, printErr() {} });
  events.forEach((event, index) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]!.has(listener)) process.off(event, listener as () => void);
    }
  });
  const ggwave = await loading;
  ggwave.disableLog();
  for (const [name, id] of Object.entries(ggwave.ProtocolId)) {
    if (name.startsWith('GGWAVE_')) ggwave.rxToggleProtocol(id, name === `GGWAVE_PROTOCOL_${protocol}` ? 1 : 0);
  }
  return ggwave;
}

function parametersFor(ggwave: Ggwave): Record<string, unknown> {
  const format = ggwave.SampleFormat.GGWAVE_SAMPLE_FORMAT_I16;
  return {
    ...ggwave.getDefaultParameters(),
    sampleRate: modemRate,
    sampleRateInp: modemRate,
    sampleRateOut: modemRate,
    samplesPerFrame: modemBlock,
    sampleFormatInp: format,
    sampleFormatOut: format,
  };
}
