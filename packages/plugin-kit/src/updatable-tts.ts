import { StreamingTTS, type StreamingTTSDescription } from './streaming-tts.ts';
import type { UpdatableOptions } from './updatable-stt.ts';
import { checkWay } from './way.ts';

/** What a plugin says about text to speech whose options change. */
export interface UpdatableTTSDescription<Options> extends Omit<
  StreamingTTSDescription<Options>,
  'modelOf' | 'sampleRateOf'
> {
  /** What is given, over what held before. Throws a PatchbayError `invalid-option` for what cannot be. */
  resolve(given: Partial<Options>, before: Options): Options;
}

/** Streaming text to speech whose options change between turns. */
export abstract class UpdatableTTS<Options extends UpdatableOptions> extends StreamingTTS<Options> {
  readonly #resolve: (given: Partial<Options>) => Options;

  constructor(description: UpdatableTTSDescription<Options>) {
    const way = { ...description, modelOf: ({ model }: Readonly<Options>) => model };
    checkWay(way, description.options);
    super({ ...way, sampleRateOf: ({ sampleRate }) => sampleRate });
    this.#resolve = (given) => {
      const options = description.resolve(given, this.options);
      checkWay(way, options);
      return options;
    };
  }

  /**
   * Holds for what is said from now on.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options: Partial<Options> = {}): void {
    this.setOptions(this.#resolve(options));
  }
}
