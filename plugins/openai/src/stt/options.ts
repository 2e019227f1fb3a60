import { getBaseLanguage, inference, type VAD } from '@livekit/agents';
import {
  checkFlag,
  checkName,
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
  /** Free text that sets the scene. */
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
   * Finds the end of speech where the service does not. Default there: LiveKit's own. `null`: nobody does, and each
   * `flush()` of a stream asks for the transcript.
   */
  vad?: VAD | null;
  /** 0 to 1; only without `useRealtime`. */
  temperature?: number;
}

/** What a stream, or a request, is made under. */
export interface Listening {
  model: string;
  languages: readonly string[];
  keywords: readonly string[];
  prompt: string | undefined;
  turnDetection: TurnDetectionType | null;
  noiseReductionType: NoiseReductionType | undefined;
  /** `undefined`: the service finds the end of speech. `null`: flushes do. */
  vad: VAD | null | undefined;
  temperature: number | undefined;
}

const defaultTurnDetection: TurnDetectionType = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 600,
  silence_duration_ms: 350,
};

const realtimeOnlyModels = ['gpt-realtime-whisper', 'gpt-live-transcribe'];
const contextHintModels = ['gpt-transcribe', 'gpt-live-transcribe'];

/** Served over the realtime API only, and without turn detection. */
export function isRealtimeOnly(model: string): boolean {
  return realtimeOnlyModels.some((name) => model.startsWith(name));
}

/** Takes keywords, and several languages. */
export function takesContextHints(model: string): boolean {
  return contextHintModels.some((name) => model.startsWith(name));
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
  checkValues(options);
  const model = options.model ?? before.model;
  const listening: Listening = {
    model,
    languages: resolveLanguages(options, before.languages),
    keywords: options.keywords ?? before.keywords ?? [],
    prompt: options.prompt ?? before.prompt,
    turnDetection: resolveTurnDetection(options, before, model),
    noiseReductionType: options.noiseReductionType ?? before.noiseReductionType,
    vad: options.vad === undefined ? before.vad : options.vad,
    temperature: options.temperature ?? before.temperature,
  };
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
  checkContext(listening);
  return listening;
}

function checkValues(options: Partial<STTOptions>): void {
  checkName('model', options.model);
  checkFlag('useRealtime', options.useRealtime);
  checkFlag('detectLanguage', options.detectLanguage);
  checkString('prompt', options.prompt);
  checkStrings('keywords', options.keywords);
  checkOneOf('noiseReductionType', options.noiseReductionType, ['near_field', 'far_field']);
  checkRange('temperature', options.temperature, [0, 1]);
  checkTurnDetection('turnDetection', options.turnDetection, { typed: false });
  const vad: unknown = options.vad ?? undefined;
  if (vad !== undefined && typeof (vad as Partial<VAD>).stream !== 'function')
    refuseOption('vad', "one of LiveKit's VADs");
}

/** @throws PatchbayError `invalid-option` for hints that the model does not take. */
export function checkContext({ model, languages, keywords }: Listening): void {
  if (takesContextHints(model)) return;
  const takers = contextHintModels.join(' and ');
  if (keywords.length > 0)
    throw new PatchbayError('invalid-option', `keywords are taken by ${takers}, not by ${model}`);
  if (languages.length > 1) {
    throw new PatchbayError('invalid-option', `${model} takes one language; only ${takers} take several`);
  }
}

function resolveLanguages(options: Partial<STTOptions>, before: readonly string[] | undefined): readonly string[] {
  if (options.detectLanguage === true) return [];
  if (options.language !== undefined) return languageCodes(options.language);
  return before ?? ['en'];
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
