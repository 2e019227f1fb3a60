import type { APIConnectOptions } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { refuseOption } from './check-options.ts';
import { logger } from './logging.ts';
import { withSessionTerms } from './session-terms.ts';
import { StreamingSTT, type StreamingSTTDescription } from './streaming-stt.ts';
import { StreamingSTTStream } from './streaming-stt-stream.ts';

/** What options that change have in common. */
export interface UpdatableOptions {
  /** May be another one for each socket. */
  model: string;
  /** Hz; decided at construction. */
  sampleRate: number;
}

/** What a plugin says about speech to text whose options change. `Given`: options as its users write them. */
export interface UpdatableSTTDescription<Options, Given> extends Omit<StreamingSTTDescription<Options>, 'sampleRate'> {
  /** What is given, over what was said before. Throws a PatchbayError `invalid-option` for what cannot be. */
  resolve(given: Given | undefined, before: Options): Options;
  /** The words to prefer. */
  termsIn(options: Readonly<Options>): readonly string[];
  /** How a user would ask for these words, beside what is said already. */
  withTerms(terms: string[], options: Readonly<Options>): Given;
}

/** A change that can be made: nothing about it can be refused any more. */
type Change = () => void;

/** Reach private members for the other class of this file. */
let inside: <Options extends UpdatableOptions, Given extends object>(
  model: UpdatableSTT<Options, Given>,
) => Said<Options, Given>;
let changeOf: <Options extends UpdatableOptions, Given extends object>(
  stream: UpdatableSTTStream<Options, Given>,
  next: (said: Options) => Options,
) => Change;

/**
 * Streaming speech to text whose options change while streams are open: those of the model for all of its streams,
 * those of a stream for it alone. Words that LiveKit adds for a session stand beside the user's, in each of them.
 */
export abstract class UpdatableSTT<
  Options extends UpdatableOptions,
  Given extends object,
> extends StreamingSTT<Options> {
  readonly #said: Said<Options, Given>;

  static {
    inside = (model) => model.#said;
  }

  constructor(description: UpdatableSTTDescription<Options, Given>) {
    const { sampleRate } = description.options;
    const modelOf = description.modelOf ?? (({ model }: Readonly<Options>) => model);
    super({ ...description, sampleRate, modelOf });
    this.#said = new Said({ ...description, modelOf });
  }

  /**
   * Holds for streams that are open too, by a message where the service takes one. Where it does not, a new socket takes
   * over, and nothing that was said is lost.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options?: Given): void {
    this.#change((said) => this.#said.resolve(options, said));
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    if (this.#said.hears(keyterms)) this.#change((said) => said);
  }

  /** Finds out what all of them would have before it changes any. */
  #change(next: (said: Options) => Options): void {
    const said = next(this.#said.options);
    const options = this.#said.withSession(said);
    const streams = [...this.streams].filter((stream) => stream instanceof UpdatableSTTStream);
    const changes = streams.map((stream: UpdatableSTTStream<Options, Given>) => changeOf(stream, next));
    this.#said.options = said;
    this.setOptions(options);
    for (const change of changes) change();
  }
}

/** A stream of it. */
export abstract class UpdatableSTTStream<
  Options extends UpdatableOptions,
  Given extends object,
> extends StreamingSTTStream<Options> {
  readonly #model: UpdatableSTT<Options, Given>;
  /** What the user said of this stream, without the words of the session. */
  #said: Options;

  static {
    changeOf = (stream, next) => stream.#changeOf(next);
  }

  constructor(model: UpdatableSTT<Options, Given>, options: Readonly<Options>, connOptions?: APIConnectOptions) {
    super(model, options, connOptions);
    this.#model = model;
    this.#said = inside(model).options;
  }

  /**
   * Holds for this stream alone.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options?: Given): void {
    this.#changeOf((said) => inside(this.#model).resolve(options, said))();
  }

  #changeOf(next: (said: Options) => Options): Change {
    const said = next(this.#said);
    const options = inside(this.#model).withSession(said);
    return () => {
      this.#said = said;
      this.changeOptions(options);
    };
  }
}

/** What the user said to a model, and what follows from it with the words of a session. */
class Said<Options extends UpdatableOptions, Given> {
  options: Options;
  readonly #description: UpdatableSTTDescription<Options, Given>;
  #session: readonly string[] = [];

  constructor(description: UpdatableSTTDescription<Options, Given>) {
    this.#description = description;
    this.options = description.options;
  }

  /** What all streams are made with stays as it is, and the way there must be one for the model. */
  resolve(given: Given | undefined, before: Options): Options {
    const description = this.#description;
    const options = description.resolve(given, before);
    const { sampleRate } = description.options;
    if (options.sampleRate !== sampleRate) {
      refuseOption('sampleRate', `${sampleRate}, as it was at construction: make another STT`);
    }
    description.connection.checkModel(description.modelOf?.(options));
    return options;
  }

  /** `false`: the session has the same words as before. */
  hears(terms: readonly string[]): boolean {
    const before = this.#session;
    this.#session = [...terms];
    return terms.length !== before.length || terms.some((term, at) => term !== before[at]);
  }

  /** With as many of the session's words as the service takes: they come last, and nobody here asked for them. */
  withSession(said: Options): Options {
    const description = this.#description;
    const own = withSessionTerms(description.termsIn(said), []);
    const all = withSessionTerms(own, this.#session);
    for (let count = all.length; count > own.length; count--) {
      try {
        const options = this.resolve(description.withTerms(all.slice(0, count), said), said);
        if (count < all.length) logger()?.warn({ count }, 'the service takes so many words to prefer, and not all');
        return options;
      } catch (error) {
        if (!PatchbayError.is(error)) throw error;
      }
    }
    return said;
  }
}
