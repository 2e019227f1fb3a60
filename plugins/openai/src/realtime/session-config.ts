import type { llm } from '@livekit/agents';
import { SAMPLE_RATE } from './api-proto.ts';
import type { AudioFormat, SessionConfig } from './api-proto.ts';
import type { RealtimeOptions } from './options.ts';
import { toolChoiceOf, toolsOf } from './session-tools.ts';

/** Models before the `gpt-realtime-2` family: to them `reasoning` is an unknown parameter, and the whole update is refused. */
const unreasoning = /^(?:gpt-4o-|gpt-realtime(?:-1\b|-mini|-\d{4}-|$))/;

/** Everything that decides how the service behaves. */
export interface SessionState {
  options: RealtimeOptions;
  instructions: string | undefined;
  /** `undefined` until tools were given: then there is nothing to take away either. */
  tools: llm.ToolContext | undefined;
  /** The model's name, if it travels in the body. */
  model: string | undefined;
}

/** The whole configuration of a session, for a fresh socket. Absent options stay absent: the service keeps its defaults. */
export function sessionConfigOf(state: SessionState): SessionConfig {
  return state.options.apiVersion === undefined ? generalConfig(state) : previewConfig(state);
}

function generalConfig({ options, instructions, tools, model }: SessionState): SessionConfig {
  const format: AudioFormat = { type: 'audio/pcm', rate: SAMPLE_RATE };
  return {
    type: 'realtime',
    model,
    output_modalities: [options.modalities.includes('audio') ? 'audio' : 'text'],
    audio: {
      input: {
        format,
        noise_reduction: options.inputAudioNoiseReduction,
        transcription: options.inputAudioTranscription,
        turn_detection: options.turnDetection,
      },
      output: { format, speed: options.speed, voice: voiceOf(options) },
    },
    max_output_tokens: options.maxResponseOutputTokens === Infinity ? 'inf' : options.maxResponseOutputTokens,
    tool_choice: toolChoiceOf(options.toolChoice),
    tools: tools && toolsOf(tools),
    tracing: options.tracing,
    truncation: options.truncation,
    reasoning: unreasoning.test(options.model) ? undefined : options.reasoning,
    instructions,
  };
}

/** The flat form of the preview API, which Azure speaks when an `apiVersion` is given. */
function previewConfig({ options, instructions, tools, model }: SessionState): SessionConfig {
  return {
    model,
    voice: voiceOf(options),
    modalities: options.modalities.includes('audio') ? ['text', 'audio'] : ['text'],
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_noise_reduction: options.inputAudioNoiseReduction,
    input_audio_transcription: options.inputAudioTranscription,
    turn_detection: options.turnDetection,
    max_response_output_tokens: options.maxResponseOutputTokens === Infinity ? 'inf' : options.maxResponseOutputTokens,
    tool_choice: toolChoiceOf(options.toolChoice),
    tools: tools && toolsOf(tools),
    speed: options.speed,
    instructions,
  };
}

/** Text-only sessions have no voice to choose. */
function voiceOf(options: RealtimeOptions): SessionConfig['voice'] {
  return options.modalities.includes('audio') ? options.voice : undefined;
}

/**
 * What of `next` the service does not know yet, or `undefined` if it knows all. Repeating a voice after the model has
 * spoken is an error, so the audio settings are compared one by one and everything else as a whole.
 */
export function changesOf(known: SessionConfig, next: SessionConfig): SessionConfig | undefined {
  const changes = difference(known, next, 0);
  return changes && { ...(next.type === undefined ? {} : { type: next.type }), ...changes };
}

type Fields = Record<string, unknown>;

function difference(known: Fields | object, next: Fields | object, depth: number): Fields | undefined {
  const changes: Fields = {};
  for (const [key, value] of Object.entries(next)) {
    if (value === undefined) continue;
    const before = (known as Fields)[key];
    const nested = key === 'audio' || (depth === 1 && (key === 'input' || key === 'output'));
    if (nested && depth < 2) {
      const inner = difference((before as Fields | undefined) ?? {}, value as Fields, depth + 1);
      if (inner) changes[key] = inner;
    } else if (JSON.stringify(before) !== JSON.stringify(value)) {
      changes[key] = value;
    }
  }
  return Object.keys(changes).length > 0 ? changes : undefined;
}
