import type { APIConnectOptions, AudioBuffer, stt } from '@livekit/agents';
import { routeIfAny, UpdatableSTT, UpdatableSTTStream, type Route } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { routeFor } from '../options.ts';
import { nova } from './nova.ts';
import {
  modelOf,
  resolveListening,
  streamQuery,
  takesKeyterm,
  type ListenOptions,
  type STTOptions,
} from './options.ts';
import { recognize } from './recognize.ts';

/**
 * Deepgram's Nova and older models, live over `/v1/listen` or, with `recognize()`, piece by piece over HTTP.
 *
 * @example
 * ```ts
 * const stt = new STT({ model: 'nova-3', language: 'multi', keyterm: ['Patchbay'] });
 * ```
 */
export class STT extends UpdatableSTT<ListenOptions, Partial<ListenOptions>> {
  label = 'deepgram.STT';
  readonly #requests: () => Route;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTOptions> = {}) {
    const listening = resolveListening(options);
    const model = modelOf(listening);
    super({
      ...routeFor('transcription', options, { model }),
      provider: 'Deepgram',
      wire: nova,
      options: listening,
      capabilitiesOf: (now) => ({
        ...{ streaming: true, alignedTranscript: 'word', interimResults: now.interimResults },
        ...{ keyterms: takesKeyterm(now), diarization: now.diarize },
      }),
      greets: false,
      resolve: resolveListening,
      termsIn: ({ keyterm }) => keyterm,
      withTerms: (keyterm) => ({ keyterm }),
      mostTokens: 500,
      queryOf: streamQuery,
      modelOf,
      languageOf: ({ language }) => language,
    });
    this.#requests = routeIfAny(() => routeFor('transcriptions', options, { model }));
  }

  /** @throws PatchbayError `unsupported` with `detectLanguage`, which Deepgram does for whole pieces of speech only. */
  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStream {
    if (this.options.detectLanguage) {
      throw new PatchbayError('unsupported', 'detectLanguage is for recognize() only: set a language, or `multi`');
    }
    return this.track(new SpeechStream(this, this.options, options.connOptions));
  }

  protected override async _recognize(audio: AudioBuffer, abortSignal?: AbortSignal): Promise<stt.SpeechEvent> {
    const { keepAlive } = this;
    const signal = this.untilClosed(abortSignal);
    return recognize(audio, this.options, { ...this.#requests(), keepAlive, signal });
  }
}

/** One stream of audio to text. */
export class SpeechStream extends UpdatableSTTStream<ListenOptions, Partial<ListenOptions>> {
  label = 'deepgram.SpeechStream';
}
