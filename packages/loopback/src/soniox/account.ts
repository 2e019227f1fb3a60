import type { Cloud } from '../cloud.ts';
import { SlidingWindow } from '../window.ts';
import { SonioxError } from './errors.ts';

export type Service = 'transcribe' | 'tts';

const MINUTE_MS = 60_000;

/** What an account may do, and what it is doing. https://soniox.com/docs/guides/concurrency-limits */
export class Account {
  readonly #settings: NonNullable<Cloud['options']['soniox']>;
  readonly #requests: SlidingWindow;
  readonly #open: Record<Service, number> = { transcribe: 0, tts: 0 };

  constructor({ options, clock }: Cloud) {
    this.#settings = options.soniox ?? {};
    this.#requests = new SlidingWindow(clock, MINUTE_MS);
  }

  /** Whether a key may come in a message, and not with its connection only. */
  get takesKeysInMessages(): boolean {
    return this.#settings.keysInMessages ?? true;
  }

  /** Streams that are open, and how many may be; `null`: any number. */
  get streams(): Record<Service, { current: number; limit: number | null }> {
    const { transcribeConcurrent, ttsConcurrent } = this.#settings;
    return {
      transcribe: { current: this.#open.transcribe, limit: transcribeConcurrent ?? null },
      tts: { current: this.#open.tts, limit: ttsConcurrent ?? null },
    };
  }

  /** A stream begins; returns what is to be called at its end. Throws for one that is not allowed. */
  open(service: Service, model: string): () => void {
    const { credits, models, requestsPerMinute = Infinity } = this.#settings;
    if (models && !models.includes(model)) throw new SonioxError('model_not_available', 'Invalid model specified.');
    if (credits === false) {
      const message = 'Organization balance exhausted. Please either add funds manually or enable autopay.';
      throw new SonioxError('organization_balance_exhausted', message);
    }
    if (this.#requests.total >= requestsPerMinute) {
      throw new SonioxError('limit_exceeded', 'Rate limit for your project has been exceeded.');
    }
    const { current, limit } = this.streams[service];
    if (current >= (limit ?? Infinity)) {
      throw new SonioxError('limit_exceeded', 'Your project has exceeded max number of concurrent requests.');
    }
    this.#requests.add();
    this.#open[service] += 1;
    let isOpen = true;
    return () => {
      if (isOpen) this.#open[service] -= 1;
      isOpen = false;
    };
  }
}
