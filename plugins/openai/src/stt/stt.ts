import type { APIConnectOptions, APIError, AudioBuffer, stt } from '@livekit/agents';
import {
  checkObject,
  checkStrings,
  environment,
  Extras,
  guardedEmit,
  logger,
  routeIfAny,
  StreamingSTT,
  toAPIError,
  type BatchRequest,
} from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { fromAzure, type WithAzure } from '../azure.ts';
import { routeTo, type Route } from '../endpoint.ts';
import { isElsewhere } from '../error-codes.ts';
import type { GroqAudioModels } from '../models.ts';
import type { TurnDetectionType } from '../realtime/api-proto.ts';
import { isRealtimeOnly, takesContextHints, tellsSpeakers } from './abilities.ts';
import { checkContext, checkRequestOptions, languageCodes, requestOptions, resolveListening } from './options.ts';
import type { Listening, STTOptions } from './options.ts';
import { recognize } from './recognize.ts';
import { RequestSpeechStream, SpeechStream } from './speech-stream.ts';
import { sampleRate, Transcription } from './wire.ts';

/** What the presets for other providers take. */
type PresetOptions<Model extends string> = Partial<Omit<STTOptions, 'model' | 'useRealtime'> & { model: Model }>;

/**
 * OpenAI's speech to text: live over a realtime transcription socket, or piece by piece over HTTP (`useRealtime: false`),
 * where a VAD (`vad`, or LiveKit's own) finds the pieces of a stream. AgentSession uses both as they are; a StreamAdapter
 * is not needed, and would hand on audio that has been overwritten (livekit/agents-js#449).
 *
 * @example
 * ```ts
 * const stt = new STT({ model: 'gpt-4o-mini-transcribe' }); // the service finds the end of a turn
 * ```
 */
export class STT extends StreamingSTT<Listening> {
  label = 'openai.STT';
  readonly #useRealtime: boolean;
  /** Whether sockets speak the preview of the API, which Azure's dated versions do. */
  readonly #isPreview: boolean;
  /** Where whole pieces of speech go; or why nowhere, which matters beside a socket to those alone who ask for it. */
  readonly #requests: () => Route;
  /** What the user named of timeout and retries. */
  readonly #requestOptions: Partial<APIConnectOptions>;
  readonly #extras = new Extras(isElsewhere);
  #ownKeywords: readonly string[];
  #sessionKeyterms: readonly string[] = [];

  constructor(options: Partial<STTOptions> = {}) {
    checkObject('options', options);
    const useRealtime = options.useRealtime ?? true;
    const model = options.model ?? (useRealtime ? 'gpt-realtime-whisper' : 'whisper-1');
    const listening = resolveListening(options, { model }, useRealtime);
    const route = routeTo(useRealtime ? 'transcription' : 'transcriptions', options, model);
    super({
      ...route,
      wire: () => new Transcription(),
      options: listening,
      sampleRate,
      capabilities: {
        streaming: useRealtime || listening.vad !== null,
        interimResults: useRealtime,
        ...abilitiesOf(listening),
      },
      modelOf: (now) => now.model,
      languageOf: ({ languages }) => (languages.length === 1 ? (languages[0] as string) : ''),
      interimIntervalOf: (now) => now.interimIntervalMs,
      vadOf: (now) => (useRealtime && now.turnDetection !== null ? undefined : (now.vad ?? undefined)),
    });
    this.#useRealtime = useRealtime;
    this.#isPreview = useRealtime && route.connection.traits.previewRealtime === true;
    this.#warnOf(options);
    this.#requests = useRealtime ? routeIfAny(() => routeTo('transcriptions', options, model)) : () => route;
    this.#requestOptions = checkRequestOptions(options.connOptions);
    this.#ownKeywords = listening.keywords;
  }

  /**
   * A deployment of Azure OpenAI. `model` (default `gpt-4o-mini-transcribe`) says what was deployed, which decides what
   * it can do; `azureDeployment` is its name there.
   *
   * @throws PatchbayError that says what to set.
   */
  static withAzure(options: WithAzure<STTOptions> = {}): STT {
    const connected = fromAzure(options);
    const { model = 'gpt-4o-mini-transcribe' } = options;
    return new STT({ ...connected, model });
  }

  /** Groq's Whisper. `apiKey` defaults to `GROQ_API_KEY`. */
  static withGroq(options: PresetOptions<GroqAudioModels | (string & {})> = {}): STT {
    return preset('Groq', 'GROQ_API_KEY', 'https://api.groq.com/openai/v1', options);
  }

  /** Whisper at OVHcloud AI Endpoints. `apiKey` defaults to `OVHCLOUD_API_KEY`. */
  static withOVHcloud(options: PresetOptions<string> = {}): STT {
    return preset('OVHcloud', 'OVHCLOUD_API_KEY', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', options);
  }

  get turnDetection(): TurnDetectionType | null {
    return this.options.turnDetection;
  }

  /**
   * Changes what is listened for, open streams included. Where to connect is decided at construction.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options: Partial<STTOptions> = {}): void {
    checkObject('options', options);
    const before = this.options;
    if (options.useRealtime !== undefined && options.useRealtime !== this.#useRealtime) {
      throw new PatchbayError('invalid-option', 'useRealtime is decided at construction: make another STT');
    }
    const keywords = options.keywords ?? this.#ownKeywords;
    checkStrings('keywords', keywords);
    const next = resolveListening({ ...options, keywords: [...keywords] }, before, this.#useRealtime);
    this.checkWay(next);
    const changed = options.language !== undefined || next.languages.join() !== before.languages.join();
    if (!changed) for (const stream of this.#open()) checkContext({ ...next, languages: stream.languages });
    this.#ownKeywords = keywords;
    this.#warnOf(options);
    this.updateCapabilities({ streaming: this.#useRealtime || next.vad !== null, ...abilitiesOf(next) });
    this.#follow(next, changed);
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    if (this.capabilities.keyterms !== true) return super._updateSessionKeyterms(keyterms);
    if (keyterms.join('\n') === this.#sessionKeyterms.join('\n')) return;
    this.#sessionKeyterms = [...keyterms];
    this.#follow(this.options, false);
  }

  /**
   * A stream of its own socket; without `useRealtime`, one whose pieces of speech are a request each. `language` holds
   * for this stream alone.
   *
   * @throws PatchbayError `unsupported` without `useRealtime` and with `vad: null`.
   */
  override stream(
    options: { connOptions?: APIConnectOptions; language?: string | string[] } = {},
  ): SpeechStream | RequestSpeechStream {
    const languages = options.language === undefined ? undefined : languageCodes(options.language);
    checkContext({ ...this.options, languages: languages ?? this.options.languages });
    if (this.#useRealtime) return this.track(new SpeechStream(this, this.options, options.connOptions, languages));
    if (this.options.vad === null) {
      throw new PatchbayError('unsupported', 'openai.STT streams with useRealtime or with a vad; use recognize()');
    }
    const connOptions = { ...(options.connOptions ?? requestOptions), ...this.#requestOptions };
    const transcribe = (request: BatchRequest<Listening>): Promise<stt.SpeechEvent> => this.#transcribe(request);
    return this.track(new RequestSpeechStream(this, this.options, transcribe, connOptions, languages));
  }

  /**
   * One request per piece of speech, also where there is a socket for streams. LiveKit's adapter only logs what it is
   * thrown here, so each failure is told as an `error` event too; a passing one is survived, the next phrase may be heard.
   */
  protected override async _recognize(audio: AudioBuffer, abortSignal?: AbortSignal): Promise<stt.SpeechEvent> {
    const connOptions = { ...requestOptions, ...this.#requestOptions };
    try {
      return await this.#transcribe({ audio, options: this.options, connOptions, signal: abortSignal });
    } catch (error) {
      const failure = toAPIError(error);
      const isWanted = !this.untilClosed(abortSignal).aborted;
      if (isWanted) this.#tell(failure, failure.retryable);
      throw failure;
    }
  }

  async #transcribe({ audio, options, signal, ...how }: Transcribed): Promise<stt.SpeechEvent> {
    if (isRealtimeOnly(options.model)) {
      const only = `${options.model} is served over the realtime API only: use stream()`;
      throw toAPIError(new PatchbayError('unsupported', only));
    }
    return recognize(audio, options, {
      ...this.#requests(),
      ...how,
      keepAlive: this.keepAlive,
      extras: this.#extras,
      signal: this.untilClosed(signal),
      onRetry: (error) => this.#tell(error, true),
    });
  }

  #warnOf({ logprobs }: Partial<STTOptions>): void {
    if (!this.#isPreview || logprobs !== true) return;
    const { model } = this;
    logger()?.warn({ model }, 'logprobs are not told by the realtime API of a dated apiVersion: no confidence');
  }

  #tell(error: APIError, recoverable: boolean): void {
    const { label } = this;
    const payload: Parameters<stt.STTCallbacks['error']>[0] = {
      type: 'stt_error',
      timestamp: Date.now(),
      label,
      error,
      recoverable,
    };
    guardedEmit(this, 'error', payload);
  }

  #follow(options: Listening, languagesChanged: boolean): void {
    const keywords = takesContextHints(options.model)
      ? [...new Set([...this.#ownKeywords, ...this.#sessionKeyterms])]
      : [];
    const next = { ...options, keywords };
    this.setOptions(next);
    for (const stream of this.#open()) stream._follow(next, languagesChanged);
  }

  #open(): (SpeechStream | RequestSpeechStream)[] {
    return ([...this.streams] as (SpeechStream | RequestSpeechStream)[]).filter(({ isClosed }) => !isClosed);
  }
}

interface Transcribed {
  audio: AudioBuffer;
  options: Listening;
  connOptions: APIConnectOptions;
  signal: AbortSignal | undefined;
  startTime?: number;
}

/** What LiveKit is told that can change with the options. */
function abilitiesOf({ model, timestampGranularities }: Listening): Partial<stt.STTCapabilities> {
  return {
    alignedTranscript: timestampGranularities?.includes('word') ? 'word' : false,
    keyterms: takesContextHints(model),
    diarization: tellsSpeakers(model),
  };
}

/** A `client` and a `gateway` say themselves where they stand; what an unset variable leads to is not set. */
function preset(provider: string, variable: string, baseURL: string, options: PresetOptions<string>): STT {
  checkObject('options', options);
  const { model = 'whisper-large-v3-turbo', apiKey: given, baseURL: elsewhere, ...rest } = options;
  const isAtHome = options.client === undefined && options.gateway === undefined;
  const apiKey = given || (options.client === undefined ? environment(variable) : undefined);
  if (apiKey === undefined && isAtHome) {
    throw new PatchbayError('missing-credential', `${provider} wants a key: set apiKey or ${variable}`);
  }
  const place = elsewhere || (isAtHome ? baseURL : undefined);
  return new STT({
    ...rest,
    model,
    ...(place === undefined ? {} : { baseURL: place }),
    ...(apiKey === undefined ? {} : { apiKey }),
    useRealtime: false,
  });
}
