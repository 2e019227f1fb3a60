import { Worker } from 'node:worker_threads';
import type { Carrier, Speech, Voice } from './types.ts';
import type { Answer, Question } from './voice-worker.ts';

export interface VoiceOptions {
  /** Default `high`. */
  carrier?: Carrier;
  /** Spoken phrases that are kept, about 0.2 MB each. Default 100. */
  maxCachedPhrases?: number;
}

type SpeakOptions = NonNullable<Parameters<Voice['speak']>[1]>;

interface Pending {
  resolve: (speech: Speech) => void;
  reject: (error: Error) => void;
}

/**
 * Starts the voice: flite in a worker thread, so that the event loop stays free, with the text carried beside it.
 * Rejects if the synthesiser cannot be loaded.
 */
export async function startVoice(options: VoiceOptions = {}): Promise<Voice> {
  const voice = new WorkerVoice(options);
  await voice.ready;
  return voice;
}

class WorkerVoice implements Voice {
  readonly ready: Promise<void>;
  readonly #carrier: Carrier;
  readonly #maxCachedPhrases: number;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #cache = new Map<string, Promise<Speech>>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor({ carrier = 'high', maxCachedPhrases = 100 }: VoiceOptions) {
    this.#carrier = carrier;
    this.#maxCachedPhrases = maxCachedPhrases;
    this.#worker = new Worker(workerURL(), {
      name: 'loopback-voice',
      // Nothing of the parent's: loaders and inspectors have no business here. node:wasi warns that it is experimental.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error: unknown) => this.#end(new Error('The voice ended', { cause: error })));
    this.#worker.on('exit', () => this.#end(new Error('The voice is closed')));
    this.ready = new Promise((resolve, reject) => this.#wait(0, { resolve: () => resolve(), reject }));
  }

  async speak(
    text: string,
    { voice = 'alloy', sampleRate = 24_000, speed = 1, signal }: SpeakOptions = {},
  ): Promise<Speech> {
    signal?.throwIfAborted();
    const key = JSON.stringify([text, voice, sampleRate, speed]);
    const speech = this.#cache.get(key) ?? this.#ask({ text, voice, sampleRate, speed });
    this.#keep(key, speech);
    const { samples } = await abortable(speech, signal);
    return { samples: samples.slice(), sampleRate };
  }

  async close(): Promise<void> {
    this.#end(new Error('The voice is closed'));
    await this.#worker.terminate();
  }

  #ask(request: Omit<Question, 'id' | 'carrier'>): Promise<Speech> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#wait(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id, carrier: this.#carrier } satisfies Question);
    });
  }

  /** Most recently used last. Failures are not kept. */
  #keep(key: string, speech: Promise<Speech>): void {
    this.#cache.delete(key);
    this.#cache.set(key, speech);
    speech.catch(() => this.#cache.delete(key));
    if (this.#cache.size > this.#maxCachedPhrases) this.#cache.delete(this.#cache.keys().next().value!);
  }

  /** An idle voice does not keep the process alive. */
  #wait(id: number, pending: Pending): void {
    this.#pending.set(id, pending);
    this.#worker.ref();
  }

  #settle({ id, speech, failure }: Answer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (failure === undefined) pending?.resolve(speech ?? { samples: new Int16Array(0), sampleRate: 0 });
    else pending?.reject(new Error(`The voice cannot say this: ${failure}`));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}

/** The worker stands beside this file, in the sources as in the build, with the same extension. */
function workerURL(): URL {
  const extension = /\.(?:ts|cjs|js)$/.exec(import.meta.url)?.[0] ?? '.js';
  return new URL(`./voice-worker${extension}`, import.meta.url);
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
