import type { APIConnectOptions } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { refuseOption } from './check-options.ts';
import { logger } from './logging.ts';
import { SessionTerms } from './session-terms.ts';
import { listeningOf, StreamingSTT, type StreamingSTTDescription } from './streaming-stt.ts';
import { StreamingSTTStream } from './streaming-stt-stream.ts';

/** What options that change have in common. */
export interface UpdatableOptions {
  /** May be another one for each socket. */
  model: string;
  /** Hz; decided at construction. */
  sampleRate: number;
}

/** What a plugin says about speech to text whose options change. `Given`: options as its users write them. */
export interface UpdatableSTTDescription<Options, Given> extends Omit<
  StreamingSTTDescription<Options>,
  'modelOf' | 'sampleRate'
> {
  /** What is given, over what held before. Throws a PatchbayError `invalid-option` for what cannot be. */
  resolve(given: Given, before: Options): Options;
  /** The words to prefer; `undefined`: nothing is said about them. */
  termsIn(options: Given | Readonly<Options>): readonly string[] | undefined;
  /** How a user would ask for these words, beside what is said already. */
  withTerms(terms: string[], options: Given | Readonly<Options>): Given;
}

/**
 * Streaming speech to text whose options change while streams are open: those of the model for all of its streams,
 * those of a stream for it alone. Words that LiveKit adds for a session stand beside the user's.
 */
export abstract class UpdatableSTT<
  Options extends UpdatableOptions,
  Given extends object,
> extends StreamingSTT<Options> {
  readonly #description: UpdatableSTTDescription<Options, Given>;
  readonly #terms: SessionTerms;

  constructor(description: UpdatableSTTDescription<Options, Given>) {
    const { sampleRate } = description.options;
    super({ ...description, sampleRate, modelOf: ({ model }) => model });
    this.#description = description;
    this.#terms = new SessionTerms(description.termsIn(description.options) ?? []);
  }

  /**
   * Holds for streams that are open too, by a message where the service takes one. Where it does not, a new socket takes
   * over, and nothing that was said is lost.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options: Given): void {
    resolved(this.#description, options, this.options);
    const terms = this.#description.termsIn(options);
    if (terms === undefined) return this.#change(options);
    const all = this.#terms.ofUser(terms);
    const withTerms = (some: string[]): Given => ({ ...options, ...this.#description.withTerms(some, options) });
    this.#change(this.#fitting(all, terms.length, withTerms));
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    const terms = this.#terms.ofSession(keyterms);
    if (terms === undefined) return;
    const withTerms = (some: string[]): Given => this.#description.withTerms(some, this.options);
    this.#change(this.#fitting(terms, this.#terms.ownCount, withTerms));
  }

  /** With as many of the session's words as the service takes: they come last, and nobody here asked for them. */
  #fitting(terms: string[], ownCount: number, withTerms: (terms: string[]) => Given): Given {
    for (let count = terms.length; ; count--) {
      const given = withTerms(terms.slice(0, count));
      try {
        resolved(this.#description, given, this.options);
        if (count < terms.length) logger()?.warn({ count }, 'the service takes so many words to prefer, and not all');
        return given;
      } catch (error) {
        if (!PatchbayError.is(error) || count <= ownCount) throw error;
      }
    }
  }

  #change(options: Given): void {
    this.setOptions(resolved(this.#description, options, this.options));
    for (const stream of this.streams) if (stream instanceof UpdatableSTTStream) stream.updateOptions(options);
  }
}

/** A stream of it. */
export abstract class UpdatableSTTStream<
  Options extends UpdatableOptions,
  Given extends object,
> extends StreamingSTTStream<Options> {
  readonly #resolve: (given: Given) => Options;

  constructor(model: UpdatableSTT<Options, Given>, options: Readonly<Options>, connOptions?: APIConnectOptions) {
    super(model, options, connOptions);
    const description = listeningOf(model) as Readonly<StreamingSTTDescription<Options>> &
      UpdatableSTTDescription<Options, Given>;
    this.#resolve = (given) => resolved(description, given, this.options);
  }

  /** Holds for this stream alone. */
  updateOptions(options: Given): void {
    this.changeOptions(this.#resolve(options));
  }
}

/** Options in which what all streams are made with stays as it is. */
function resolved<Options extends UpdatableOptions, Given>(
  description: UpdatableSTTDescription<Options, Given>,
  given: Given,
  before: Options,
): Options {
  const options = description.resolve(given, before);
  const { sampleRate } = description.options;
  if (options.sampleRate !== sampleRate)
    refuseOption('sampleRate', `${sampleRate}, as it was at construction: make another STT`);
  return options;
}
