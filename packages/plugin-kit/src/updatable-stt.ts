import type { APIConnectOptions } from '@livekit/agents';
import { SessionTerms } from './session-terms.ts';
import { listeningOf, StreamingSTT, type StreamingSTTDescription } from './streaming-stt.ts';
import { StreamingSTTStream } from './streaming-stt-stream.ts';

/** What a plugin says about speech to text whose options change. `Given`: options as its users write them. */
export interface UpdatableSTTDescription<Options, Given> extends StreamingSTTDescription<Options> {
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
export abstract class UpdatableSTT<Options extends object, Given extends object> extends StreamingSTT<Options> {
  readonly #description: UpdatableSTTDescription<Options, Given>;
  readonly #terms: SessionTerms;

  constructor(description: UpdatableSTTDescription<Options, Given>) {
    super(description);
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
    this.#description.resolve(options, this.options);
    const terms = this.#description.termsIn(options);
    if (terms === undefined) this.#change(options);
    else this.#change({ ...options, ...this.#description.withTerms(this.#terms.ofUser(terms), options) });
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    const terms = this.#terms.ofSession(keyterms);
    if (terms !== undefined) this.#change(this.#description.withTerms(terms, this.options));
  }

  #change(options: Given): void {
    this.setOptions(this.#description.resolve(options, this.options));
    for (const stream of this.streams) if (stream instanceof UpdatableSTTStream) stream.updateOptions(options);
  }
}

/** A stream of it. */
export abstract class UpdatableSTTStream<
  Options extends object,
  Given extends object,
> extends StreamingSTTStream<Options> {
  readonly #resolve: (given: Given) => Options;

  constructor(model: UpdatableSTT<Options, Given>, options: Readonly<Options>, connOptions?: APIConnectOptions) {
    super(model, options, connOptions);
    const description = listeningOf(model) as UpdatableSTTDescription<Options, Given>;
    this.#resolve = (given) => description.resolve(given, this.options);
  }

  /** Holds for this stream alone. */
  updateOptions(options: Given): void {
    this.changeOptions(this.#resolve(options));
  }
}
