import type { APIConnectOptions, stt } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { refuseOption } from './check-options.ts';
import type { Prepared } from './chosen-vad.ts';
import { logger } from './logging.ts';
import { mostThatFit, mostTokensOf, withSessionTerms } from './session-terms.ts';
import { StreamingSTT, type StreamingSTTDescription } from './streaming-stt.ts';
import { StreamingSTTStream } from './streaming-stt-stream.ts';
import { checkWay, isShort } from './way.ts';

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
  'sampleRate' | 'capabilities'
> {
  /** What LiveKit is told that it can do with these options; `keyterms`: the model takes words to prefer. */
  capabilitiesOf(options: Readonly<Options>): stt.STTCapabilities;
  /** What is given, over what was said before. Throws a PatchbayError `invalid-option` for what cannot be. */
  resolve(given: Given | undefined, before: Options): Options;
  /** The words to prefer. */
  termsIn(options: Readonly<Options>): readonly string[];
  /** How a user would ask for these words, beside what is said already. */
  withTerms(terms: string[], options: Readonly<Options>): Given;
  /** Tokens that the service takes, in all words to prefer. Default: what `resolve` takes. */
  mostTokens?: number;
}

/** Reach private members for the other class of this file. */
let inside: <Options extends UpdatableOptions, Given extends object>(
  model: UpdatableSTT<Options, Given>,
) => Said<Options, Given>;
let changeOf: <Options extends UpdatableOptions, Given extends object>(
  stream: UpdatableSTTStream<Options, Given>,
  next: (said: Options) => Options,
) => Prepared;

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
    const { options } = description;
    const { sampleRate } = options;
    const modelOf = description.modelOf ?? (({ model }: Readonly<Options>) => model);
    checkWay({ ...description, modelOf }, options);
    super({ ...description, sampleRate, modelOf, capabilities: description.capabilitiesOf(options) });
    this.#said = new Said({ ...description, modelOf });
  }

  /**
   * Holds for streams that are open too, by a message where the service takes one. Where it does not, a new socket takes
   * over in the next pause, after ten seconds at the latest, and nothing that was said is lost.
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
    const changes = this.#changesOf(next);
    this.#said.options = said;
    this.setOptions(options);
    this.updateCapabilities(this.#said.capabilitiesOf(options));
    for (const change of changes) change.use();
  }

  #changesOf(next: (said: Options) => Options): Prepared[] {
    const changes: Prepared[] = [];
    try {
      for (const stream of this.streams) {
        if (stream instanceof UpdatableSTTStream) {
          changes.push(changeOf(stream as UpdatableSTTStream<Options, Given>, next));
        }
      }
    } catch (error) {
      for (const change of changes) change.drop();
      throw error;
    }
    return changes;
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
    this.#changeOf((said) => inside(this.#model).resolve(options, said)).use();
  }

  #changeOf(next: (said: Options) => Options): Prepared {
    const said = next(this.#said);
    const prepared = this.prepareOptions(inside(this.#model).withSession(said));
    const use = (): void => {
      this.#said = said;
      prepared.use();
    };
    return { use, drop: () => prepared.drop() };
  }
}

/** What the user said to a model, and what follows from it with the words of a session. */
class Said<Options extends UpdatableOptions, Given> {
  options: Options;
  readonly #description: UpdatableSTTDescription<Options, Given>;
  #session: readonly string[] = [];
  readonly #warnings = new Set<string>();

  constructor(description: UpdatableSTTDescription<Options, Given>) {
    this.#description = description;
    this.options = description.options;
  }

  capabilitiesOf(options: Readonly<Options>): stt.STTCapabilities {
    return this.#description.capabilitiesOf(options);
  }

  /** What all streams are made with stays as it is, and the way there must be one for the model. */
  resolve(given: Given | undefined, before: Options): Options {
    const description = this.#description;
    const options = description.resolve(given, before);
    const { sampleRate } = description.options;
    if (options.sampleRate !== sampleRate) {
      refuseOption('sampleRate', `${sampleRate}, as it was at construction: make another STT`);
    }
    checkWay(description, options);
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
    const own = new Set(this.#description.termsIn(said));
    const all = withSessionTerms([...own], this.#session);
    const count = all.length - own.size;
    if (count === 0) return said;
    if (this.capabilitiesOf(said).keyterms !== true) {
      this.#warn({ count }, 'the model takes no words to prefer: those of the session are left out');
      return said;
    }
    let options = said;
    const fitting = mostThatFit(count, (many) => {
      const fitted = this.#fitted(all.slice(0, own.size + many), said);
      options = fitted ?? options;
      return fitted !== undefined;
    });
    if (fitting < count) {
      this.#warn({ count: own.size + fitting }, 'the service takes so many words to prefer, and not all');
    }
    return options;
  }

  /** `undefined`: it may be too much. */
  #fitted(terms: string[], said: Options): Options | undefined {
    const { mostTokens = Infinity, ...description } = this.#description;
    try {
      if (mostTokensOf(terms) > mostTokens) return undefined;
      const options = this.resolve(description.withTerms(terms, said), said);
      return isShort(description.queryOf?.(options) ?? {}) ? options : undefined;
    } catch (error) {
      if (PatchbayError.is(error)) return undefined;
      throw error;
    }
  }

  /** Once, however many streams it concerns, and however often a session finds new words. */
  #warn(fields: object, message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    logger()?.warn(fields, message);
  }
}
