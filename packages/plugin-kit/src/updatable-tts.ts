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

const modelOf = ({ model }: Readonly<UpdatableOptions>): string => model;
const sampleRateOf = ({ sampleRate }: Readonly<UpdatableOptions>): number => sampleRate;

/** Streaming text to speech whose options change between turns. */
export abstract class UpdatableTTS<Options extends UpdatableOptions> extends StreamingTTS<Options> {
  readonly #description: UpdatableTTSDescription<Options>;

  constructor(description: UpdatableTTSDescription<Options>) {
    const whole = { ...description, modelOf, sampleRateOf };
    checkWay(whole, description.options);
    super(whole);
    this.#description = whole;
  }

  /**
   * Holds for what is said from now on.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options: Partial<Options> = {}): void {
    const changed = this.#description.resolve(options, this.options);
    checkWay(this.#description, changed);
    this.setOptions(changed);
  }
}
