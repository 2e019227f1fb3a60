import {
  DEFAULT_API_CONNECT_OPTIONS,
  getBaseLanguage,
  inference,
  type APIConnectOptions,
  type VAD,
} from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkName,
  checkObject,
  checkOneOf,
  checkRange,
  checkString,
  checkStrings,
  logger,
  refuseOption,
} from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { checkTurnDetection } from '../check-options.ts';
import type { STTModels } from '../models.ts';
import type { OpenAIConnectOptions } from '../options.ts';
import type { NoiseReductionType, SemanticVad, ServerVad, TurnDetectionType } from '../realtime/api-proto.ts';
import {
  contextHintTakers,
  isRealtimeOnly,
  takesContextHints,
  takesPrompt,
  tellsLogprobs,
  tellsSpeakers,
} from './abilities.ts';

/** How the service finds the end of a turn; without a `type` it is `server_vad`. */
export type SessionTurnDetection = (Omit<ServerVad, 'type'> & { type?: 'server_vad' }) | SemanticVad;

/** Options of {@link STT}. */
export interface STTOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-realtime-whisper`; `whisper-1` without `useRealtime`. */
  model: STTModels | (string & {});
  /** A language that is expected, or several for the models that take them. Default `en`. */
  language: string | string[];
  /** Name no language and let the model find out. Default false. */
  detectLanguage: boolean;
  /** Free text that sets the scene. Not for `gpt-realtime-whisper` and `gpt-4o-transcribe-diarize`, which ignore it. */
  prompt?: string;
  /** Words that are likely to be said. For `gpt-transcribe` and `gpt-live-transcribe`. */
  keywords?: string[];
  /** A socket on which transcripts come while one speaks; `false`: one request per piece of speech. Default true. */
  useRealtime: boolean;
  /**
   * Default: `server_vad` with threshold 0.5, 600 ms of prefix and 350 ms of silence; `null`, and no choice, for models
   * that have no turn detection of their own. `null` for others needs a `vad`.
   */
  turnDetection?: SessionTurnDetection | null;
  noiseReductionType?: NoiseReductionType;
  /**
   * Finds speech where the service does not: its end on a socket, each piece of it without `useRealtime`. Default there:
   * LiveKit's own. `null`: nobody does. On a socket each `flush()` of a stream then asks for the transcript; without
   * `useRealtime` there are no streams, and AgentSession uses its StreamAdapter, which loses words (livekit/agents-js#449).
   */
  vad?: VAD | null;
  /** Least milliseconds between two interim transcripts; 0: each word is told as it comes. Default 0. */
  interimIntervalMs?: number;
  /**
   * Ask how probable each token is; their mean is the `confidence` of a transcript. Default: where the model is known to
   * tell (`gpt-4o-transcribe`, `gpt-4o-mini-transcribe`), unless the server refuses. Set it where a gateway gives models
   * names of its own. Azure's dated versions tell none on a socket.
   */
  logprobs?: boolean;
  /** How long `gpt-realtime-whisper` waits before it tells words: sooner, or more accurate. Default: the service's. */
  delay?: TranscriptionDelay;
  /** 0 to 1; only without `useRealtime`. */
  temperature?: number;
  /**
   * Only without `useRealtime`: the times of words (at some latency) or segments, from Whisper models. Default:
   * segments from `whisper-1` unless the server refuses, nothing from others. `[]`: nothing.
   */
  timestampGranularities?: readonly ('word' | 'segment')[];
  /**
   * Only without `useRealtime`, and for `gpt-4o-transcribe-diarize`: up to four names that speakers get instead of
   * letters, each with 2 to 10 s of their voice as a data URL.
   */
  knownSpeakers?: Readonly<Record<string, string>>;
  /**
   * Only without `useRealtime`: timeout, in milliseconds for all of a request, and retries, of which LiveKit's
   * `recognize()` has none. What is named here wins over what a stream is given. Default: 30,000 ms, and 3 retries as
   * everywhere in LiveKit; in an AgentSession its `sttConnOptions` (10,000 ms and 3).
   */
  connOptions?: Partial<APIConnectOptions>;
}

export type TranscriptionDelay = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** What a stream, or a request, is made under. */
export interface Listening {
  model: string;
  languages: readonly string[];
  /** The last ones that somebody named, for when detection is switched off. */
  namedLanguages: readonly string[];
  keywords: readonly string[];
  prompt: string | undefined;
  turnDetection: TurnDetectionType | null;
  noiseReductionType: NoiseReductionType | undefined;
  /** `undefined`: the service finds the end of speech. `null`: flushes do. */
  vad: VAD | null | undefined;
  interimIntervalMs: number;
  /** What the user said; see {@link wantsLogprobs}. */
  logprobs: boolean | undefined;
  delay: TranscriptionDelay | undefined;
  temperature: number | undefined;
  /** What the user said. */
  timestampGranularities: readonly ('word' | 'segment')[] | undefined;
  knownSpeakers: Readonly<Record<string, string>>;
}

const defaultTurnDetection: TurnDetectionType = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 600,
  silence_duration_ms: 350,
};

/** A piece of speech is short, and is transcribed faster than it was said. */
export const requestOptions: APIConnectOptions = { ...DEFAULT_API_CONNECT_OPTIONS, timeoutMs: 30_000 };

const mostSpeakers = 4;

/** Whether the service is asked how probable each token is; `more`: also if the user did not say so. */
export function wantsLogprobs({ model, logprobs }: Pick<Listening, 'model' | 'logprobs'>, more: boolean): boolean {
  return logprobs ?? (more && tellsLogprobs(model));
}

/** Whether somebody here, and not the service, says where speech ends. */
export function endsSpeechItself({ model, turnDetection }: Pick<Listening, 'model' | 'turnDetection'>): boolean {
  return turnDetection === null || isRealtimeOnly(model);
}

/**
 * ISO 639-1 codes, each once, as the service wants them.
 *
 * @throws PatchbayError `invalid-option` for what is neither a language nor a list of them.
 */
export function languageCodes(language: string | readonly string[]): string[] {
  if (typeof language !== 'string') checkStrings('language', language);
  const given = typeof language === 'string' ? [language] : language;
  return [...new Set(given.filter(Boolean).map(getBaseLanguage))];
}

/**
 * What the user said, over what held before, checked as a whole.
 *
 * @throws PatchbayError `invalid-option` for what makes no sense, or what the model cannot do.
 */
export function resolveListening(
  options: Partial<STTOptions>,
  before: Partial<Listening> & { model: string },
  useRealtime: boolean,
): Listening {
  checkValues(options, useRealtime);
  const model = options.model ?? before.model;
  const listening: Listening = {
    model,
    ...resolveLanguages(options, before),
    keywords: options.keywords ?? before.keywords ?? [],
    // What is said to be `undefined` is forgotten, as with upstream.
    prompt: 'prompt' in options ? options.prompt : before.prompt,
    turnDetection: resolveTurnDetection(options, before, model),
    noiseReductionType: ('noiseReductionType' in options ? options : before).noiseReductionType || undefined,
    vad: options.vad === undefined ? before.vad : options.vad,
    interimIntervalMs: options.interimIntervalMs ?? before.interimIntervalMs ?? 0,
    logprobs: options.logprobs ?? before.logprobs,
    delay: options.delay ?? before.delay,
    temperature: options.temperature ?? before.temperature,
    timestampGranularities: options.timestampGranularities ?? before.timestampGranularities,
    knownSpeakers: options.knownSpeakers ?? before.knownSpeakers ?? {},
  };
  if (listening.prompt && !takesPrompt(model)) {
    logger()?.warn({ model }, 'prompt is not supported by this model and is ignored');
  }
  if (useRealtime && listening.temperature !== undefined) {
    logger()?.warn({ model }, 'temperature is not supported by realtime transcription and is ignored');
    listening.temperature = undefined;
  }
  if (!useRealtime && options.model !== undefined && isRealtimeOnly(model)) {
    throw new PatchbayError('invalid-option', `${model} is served over the realtime API only: leave useRealtime on`);
  }
  if (useRealtime && endsSpeechItself(listening) && listening.vad === undefined) {
    if (!isRealtimeOnly(model)) {
      throw new PatchbayError(
        'invalid-option',
        'turnDetection: null needs a vad, or vad: null to ask by flush() alone',
      );
    }
    listening.vad = new inference.VAD();
  }
  if (!useRealtime && listening.vad === undefined) listening.vad = new inference.VAD();
  checkContext(listening);
  if (Object.keys(listening.knownSpeakers).length > 0 && (useRealtime || !tellsSpeakers(model))) {
    refuseOption('knownSpeakers', 'left out unless the model is gpt-4o-transcribe-diarize and useRealtime is false');
  }
  return listening;
}

function checkValues(options: Partial<STTOptions>, useRealtime: boolean): void {
  checkName('model', options.model);
  checkFlag('useRealtime', options.useRealtime);
  checkFlag('detectLanguage', options.detectLanguage);
  checkString('prompt', options.prompt);
  checkStrings('keywords', options.keywords);
  checkOneOf('noiseReductionType', options.noiseReductionType || undefined, ['near_field', 'far_field']);
  // A socket takes none, so that it is ignored there.
  if (!useRealtime || !Number.isFinite(options.temperature)) checkRange('temperature', options.temperature, [0, 1]);
  checkCount('interimIntervalMs', options.interimIntervalMs, [0, 60_000]);
  checkFlag('logprobs', options.logprobs);
  checkOneOf('delay', options.delay, ['minimal', 'low', 'medium', 'high', 'xhigh']);
  checkStrings('timestampGranularities', options.timestampGranularities);
  for (const each of options.timestampGranularities ?? []) {
    checkOneOf('timestampGranularities', each, ['word', 'segment']);
  }
  checkSpeakers(options.knownSpeakers);
  checkTurnDetection('turnDetection', options.turnDetection, { typed: false });
  const vad: unknown = options.vad ?? undefined;
  if (vad !== undefined && typeof (vad as Partial<VAD>).stream !== 'function')
    refuseOption('vad', "one of LiveKit's VADs");
}

function checkSpeakers(speakers: unknown): void {
  checkObject('knownSpeakers', speakers);
  const voices: unknown[] = Object.values((speakers as object | undefined) ?? {});
  if (voices.length > mostSpeakers || !voices.every((voice) => typeof voice === 'string' && /^data:/i.test(voice))) {
    refuseOption('knownSpeakers', `up to ${mostSpeakers} names, each with a data URL of a voice`);
  }
}

/**
 * What the user named of it.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkRequestOptions(options: Partial<APIConnectOptions> | undefined): Partial<APIConnectOptions> {
  checkObject('connOptions', options);
  const { maxRetry, retryIntervalMs, timeoutMs } = options ?? {};
  if (maxRetry !== Infinity) checkCount('connOptions.maxRetry', maxRetry, [0, 100]);
  checkRange('connOptions.retryIntervalMs', retryIntervalMs, [0, 3_600_000]);
  checkRange('connOptions.timeoutMs', timeoutMs, [1, 3_600_000]);
  return {
    ...(maxRetry === undefined ? {} : { maxRetry }),
    ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** @throws PatchbayError `invalid-option` for hints that the model does not take. */
export function checkContext({ model, languages, keywords }: Listening): void {
  if (takesContextHints(model)) return;
  if (keywords.length > 0)
    throw new PatchbayError('invalid-option', `keywords are taken by ${contextHintTakers}, not by ${model}`);
  if (languages.length > 1) {
    throw new PatchbayError('invalid-option', `${model} takes one language; only ${contextHintTakers} take several`);
  }
}

/** At first `detectLanguage` wins over `language`; later whatever is named wins, and `false` brings back what was named. */
function resolveLanguages(
  { language, detectLanguage }: Partial<STTOptions>,
  { languages: before, namedLanguages = ['en'] }: Partial<Listening>,
): Pick<Listening, 'languages' | 'namedLanguages'> {
  const named = language === undefined ? undefined : languageCodes(language);
  if (before === undefined) {
    const first = named ?? namedLanguages;
    return { languages: detectLanguage === true ? [] : first, namedLanguages: first };
  }
  if (named !== undefined) return { languages: named, namedLanguages: named.length > 0 ? named : namedLanguages };
  if (detectLanguage === true) return { languages: [], namedLanguages };
  if (detectLanguage === false && before.length === 0) return { languages: namedLanguages, namedLanguages };
  return { languages: before, namedLanguages };
}

function resolveTurnDetection(
  options: Partial<STTOptions>,
  before: Partial<Listening> & { model: string },
  model: string,
): TurnDetectionType | null {
  const { turnDetection: asked } = options;
  if (isRealtimeOnly(model)) {
    if (asked) logger()?.warn({ model }, 'turnDetection is not supported by this model and is ignored');
    return null;
  }
  if (asked === null) return null;
  if (asked !== undefined) return asked.type === 'semantic_vad' ? asked : { ...asked, type: 'server_vad' };
  // A model without turn detection before says nothing about the next one.
  return before.turnDetection === undefined || isRealtimeOnly(before.model)
    ? defaultTurnDetection
    : before.turnDetection;
}
