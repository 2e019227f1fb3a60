import type { APIConnectOptions, AudioBuffer, stt } from '@livekit/agents';
import { KeepAlive, routeIfAny, UpdatableSTT, UpdatableSTTStream, type Route } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { routeFor } from '../options.ts';
import { nova } from './nova.ts';
import { resolveListening, streamQuery, type ListenOptions, type STTOptions } from './options.ts';
import { recognize } from './recognize.ts';

/**
 * Deepgram's Nova and older models, live over `/v1/listen` or, with `recognize()`, piece by piece over HTTP.
 *
 * @example
 * ```ts
 * const stt = new STT({ model: 'nova-3', language: 'multi', keyterm: ['Patchbay'] });
 * ```
 */
export class STT extends UpdatableSTT<ListenOptions, Partial<STTOptions>> {
  label = 'deepgram.STT';
  readonly #requests: () => Route;
  readonly #keepAlive = new KeepAlive();

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTOptions> = {}) {
    const listening = resolveListening(options);
    super({
      ...routeFor('transcription', options, listening.model),
      provider: 'Deepgram',
      wire: nova,
      options: listening,
      capabilities: {
        streaming: true,
        interimResults: listening.interimResults,
        alignedTranscript: 'word',
        keyterms: true,
        diarization: listening.diarize,
      },
      greets: false,
      resolve: resolveListening,
      termsIn: ({ keyterm }) => keyterm,
      withTerms: (keyterm) => ({ keyterm }),
      queryOf: streamQuery,
      languageOf: ({ language }) => language ?? '',
    });
    this.#requests = routeIfAny(() => routeFor('transcriptions', options, listening.model));
  }

  /** @throws PatchbayError `unsupported` with `detectLanguage`, which Deepgram does for whole pieces of speech only. */
  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStream {
    if (this.options.detectLanguage) {
      throw new PatchbayError('unsupported', 'detectLanguage is for recognize() only: set a language, or `multi`');
    }
    return this.track(new SpeechStream(this, this.options, options.connOptions));
  }

  protected override async _recognize(audio: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    return recognize(audio, this.options, { ...this.#requests(), keepAlive: this.#keepAlive, signal });
  }

  override async close(): Promise<void> {
    await super.close();
    this.#keepAlive.close();
  }
}

/** One stream of audio to text. */
export class SpeechStream extends UpdatableSTTStream<ListenOptions, Partial<STTOptions>> {
  label = 'deepgram.SpeechStream';
}
