import { invalidRequest, missingParameter } from '../http/errors.ts';
import type { JsonObject } from '../http/json.ts';
import { objectOf } from '../http/json.ts';
import type {
  InputAudio,
  RealtimeSettings,
  SessionSettings,
  TranscriptionSessionSettings,
  TranscriptionSettings,
  TurnDetection,
} from './events.ts';
import { realtimeSession, transcriptionSession } from './rules.ts';
import { check, unsupportedValue } from './schema.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
} as const;
const SEMANTIC_VAD = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
} as const;

/** The default of a session that nobody has configured is quicker than that of a configured one, as in the live service. */
const INITIAL_INPUT: InputAudio = {
  format: PCM,
  transcription: null,
  noise_reduction: null,
  turn_detection: { ...SERVER_VAD, silence_duration_ms: 200 },
};

/** Transcribe while audio arrives, without voice-activity detection: a commit ends the turn. */
export function isStreamingModel(model: string): boolean {
  return /^gpt-(?:realtime-whisper|live-transcribe)/.test(model);
}

/** Speech to text only: cannot lead a conversation. */
export function isTranscriptionModel(model: string): boolean {
  return isStreamingModel(model) || /^whisper|transcribe/.test(model);
}

export function realtimeDefaults(id: string, model: string, expiresAt: number): RealtimeSettings {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: expiresAt,
    audio: { input: INITIAL_INPUT, output: { format: PCM, voice: 'marin', speed: 1 } },
    include: null,
  };
}

export function transcriptionDefaults(id: string, expiresAt: number): TranscriptionSessionSettings {
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at: expiresAt,
    audio: { input: INITIAL_INPUT },
    include: null,
  };
}

/**
 * The settings after a `session.update`: what it names is replaced, the rest stays. Throws the service's complaint, and
 * then nothing has changed. `spoke`: the session has produced audio, so that its voice is fixed.
 */
export function updateSettings<T extends SessionSettings>(settings: T, update: JsonObject, spoke: boolean): T {
  if (typeof update.type !== 'string') throw missingParameter('session.type');
  if (update.type !== 'realtime' && update.type !== 'transcription') {
    throw unsupportedValue(update.type, ['realtime', 'transcription'], 'session.type');
  }
  if (update.type !== settings.type) {
    throw invalidRequest(
      `Passing a ${update.type} session update event to a ${settings.type} session is not allowed.`,
      { code: 'invalid_value', param: 'session.type' },
    );
  }
  check(update, settings.type === 'realtime' ? realtimeSession : transcriptionSession, 'session');
  const { audio, model: _fixedByTheURL, ...rest } = update;
  const { input, output } = objectOf(audio);
  checkModalities(update.output_modalities, 'session.output_modalities');
  const next = {
    ...settings,
    ...rest,
    audio: { ...settings.audio, input: updateInput(settings.audio.input, objectOf(input)) },
  };
  if (settings.type === 'realtime') {
    const { voice } = objectOf(output);
    if (spoke && voice !== undefined && JSON.stringify(voice) !== JSON.stringify(settings.audio.output.voice)) {
      throw invalidRequest("Cannot update a conversation's voice if assistant audio is present.", {
        code: 'cannot_update_voice',
        param: 'session.audio.output.voice',
      });
    }
    Object.assign(next.audio, { output: { ...settings.audio.output, ...objectOf(output) } });
  }
  return next;
}

export function isTranscriptionUpdate(update: JsonObject): boolean {
  return update.type === 'transcription';
}

/** Text or audio; asking for both is the most common mistake of clients that come from the beta. */
export function checkModalities(value: unknown, param: string): void {
  if (!Array.isArray(value) || value.length === 1) return;
  const list = value.map((modality) => `'${String(modality)}'`).join(', ');
  throw invalidRequest(`Invalid modalities: [${list}]. Supported combinations are: ['text'] and ['audio'].`, {
    code: 'invalid_value',
    param,
  });
}

function updateInput(current: InputAudio, update: JsonObject): InputAudio {
  const next: InputAudio = { ...current };
  if (update.format) next.format = { ...(update.format as InputAudio['format']) };
  if (next.format.type === 'audio/pcm') next.format = PCM;
  if (update.noise_reduction !== undefined) {
    const reduction = update.noise_reduction as InputAudio['noise_reduction'];
    next.noise_reduction = reduction && { ...current.noise_reduction, ...reduction };
  }
  if (update.transcription !== undefined)
    next.transcription = transcriptionOf(update.transcription, current.transcription);
  if (update.turn_detection !== undefined) next.turn_detection = turnDetectionOf(update.turn_detection);
  if (next.transcription && isStreamingModel(next.transcription.model) && next.turn_detection) {
    if (update.turn_detection) {
      throw invalidRequest(`Turn detection is not supported with '${next.transcription.model}'. Set it to null.`, {
        code: 'invalid_value',
        param: 'session.audio.input.turn_detection',
      });
    }
    next.turn_detection = null;
  }
  return next;
}

function transcriptionOf(update: unknown, current: TranscriptionSettings | null): TranscriptionSettings | null {
  if (update === null) return null;
  const settings = { ...current, ...objectOf(update) };
  if (typeof settings.model !== 'string') throw missingParameter('session.audio.input.transcription.model');
  // "Prompt is not supported with `gpt-realtime-whisper` in GA Realtime sessions" (openai-node 7.57, realtime.ts).
  if (settings.prompt && settings.model.startsWith('gpt-realtime-whisper')) {
    throw invalidRequest(`Prompt is not supported with model '${settings.model}'.`, {
      code: 'invalid_value',
      param: 'session.audio.input.transcription.prompt',
    });
  }
  return { ...settings, model: settings.model, language: settings.language ?? null, prompt: settings.prompt ?? null };
}

function turnDetectionOf(update: unknown): TurnDetection | null {
  if (update === null) return null;
  const { type } = update as TurnDetection;
  const defaults = type === 'semantic_vad' ? SEMANTIC_VAD : SERVER_VAD;
  const allowed = Object.keys(defaults);
  for (const name of Object.keys(objectOf(update))) {
    if (allowed.includes(name)) continue;
    const param = `session.audio.input.turn_detection.${name}`;
    throw invalidRequest(`Unknown parameter: '${param}'.`, { code: 'unknown_parameter', param });
  }
  return { ...defaults, ...(update as TurnDetection) };
}
