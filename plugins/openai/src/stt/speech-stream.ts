import type { APIConnectOptions } from '@livekit/agents';
import { StreamingSTTStream } from '@patchbay/plugin-kit';
import { checkContext, languageCodes, type Listening } from './options.ts';
import type { STT } from './stt.ts';

/** A stream of speech to text, as `STT.stream()` returns it. */
export class SpeechStream extends StreamingSTTStream<Listening> {
  label = 'openai.SpeechStream';
  /** A stream may listen for languages of its own. */
  #ownLanguages: readonly string[] | undefined;

  constructor(model: STT, options: Listening, connOptions?: APIConnectOptions, ownLanguages?: readonly string[]) {
    super(model, ownLanguages === undefined ? options : { ...options, languages: ownLanguages }, connOptions);
    this.#ownLanguages = ownLanguages;
  }

  get languages(): readonly string[] {
    return this.options.languages;
  }

  /** Changes the languages of this stream alone, while it listens. */
  updateOptions(options: { language?: string | string[] }): void {
    if (options.language === undefined) return;
    const languages = languageCodes(options.language);
    checkContext({ ...this.options, languages });
    this.#ownLanguages = languages;
    this.changeOptions({ ...this.options, languages });
  }

  /** @internal Options of the model have changed; its languages win where they are what changed. */
  _follow(options: Listening, languagesChanged: boolean): void {
    if (languagesChanged) this.#ownLanguages = undefined;
    this.changeOptions({ ...options, languages: this.#ownLanguages ?? options.languages });
  }
}
