import type { APIConnectOptions, stt } from '@livekit/agents';
import { BatchSTTStream, StreamingSTTStream, type BatchRequest } from '@patchbay/plugin-kit';
import { checkContext, languageCodes, type Listening } from './options.ts';
import type { STT } from './stt.ts';

/** A stream of speech to text over a socket, as `STT.stream()` returns it. */
export class SpeechStream extends StreamingSTTStream<Listening> {
  label = 'openai.SpeechStream';
  /** A stream may listen for languages of its own. */
  #ownLanguages: readonly string[] | undefined;

  constructor(model: STT, options: Listening, connOptions?: APIConnectOptions, ownLanguages?: readonly string[]) {
    super(model, inLanguages(options, ownLanguages), connOptions);
    this.#ownLanguages = ownLanguages;
  }

  get languages(): readonly string[] {
    return this.options.languages;
  }

  /** Changes the languages of this stream alone, while it listens. */
  updateOptions(options: { language?: string | string[] }): void {
    const languages = languagesFor(this.options, options);
    if (languages === undefined) return;
    this.#ownLanguages = languages;
    this.changeOptions({ ...this.options, languages });
  }

  /** @internal Options of the model have changed; its languages win where they are what changed. */
  _follow(options: Listening, languagesChanged: boolean): void {
    if (languagesChanged) this.#ownLanguages = undefined;
    this.changeOptions(inLanguages(options, this.#ownLanguages));
  }
}

type Transcribe = (request: BatchRequest<Listening>) => Promise<stt.SpeechEvent>;

/** The same without `useRealtime`: a VAD finds the pieces of speech, and each is one request. */
export class RequestSpeechStream extends BatchSTTStream<Listening> {
  label = 'openai.SpeechStream';
  readonly #transcribe: Transcribe;
  #ownLanguages: readonly string[] | undefined;

  constructor(
    model: STT,
    options: Listening,
    transcribe: Transcribe,
    connOptions: APIConnectOptions,
    ownLanguages?: readonly string[],
  ) {
    super(model, inLanguages(options, ownLanguages), connOptions);
    this.#transcribe = transcribe;
    this.#ownLanguages = ownLanguages;
  }

  get languages(): readonly string[] {
    return this.options.languages;
  }

  /** Changes the languages of this stream alone, for pieces of speech that end from now on. */
  updateOptions(options: { language?: string | string[] }): void {
    const languages = languagesFor(this.options, options);
    if (languages === undefined) return;
    this.#ownLanguages = languages;
    this.changeOptions({ ...this.options, languages });
  }

  /** @internal See {@link SpeechStream}. */
  _follow(options: Listening, languagesChanged: boolean): void {
    if (languagesChanged) this.#ownLanguages = undefined;
    this.changeOptions(inLanguages(options, this.#ownLanguages));
  }

  protected override transcribe(request: BatchRequest<Listening>): Promise<stt.SpeechEvent> {
    return this.#transcribe(request);
  }
}

function inLanguages(options: Listening, languages: readonly string[] | undefined): Listening {
  return languages === undefined ? options : { ...options, languages };
}

/** Checked; `undefined` where none are asked for. */
function languagesFor(options: Listening, { language }: { language?: string | string[] }): string[] | undefined {
  if (language === undefined) return undefined;
  const languages = languageCodes(language);
  checkContext({ ...options, languages });
  return languages;
}
