/** Open-ended: new models need no new release. */
export type Model = 'gpt-realtime' | 'gpt-realtime-1.5' | 'gpt-realtime-2' | 'gpt-realtime-2.1' | (string & {});

export type ReasoningEffort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** Understood by the `gpt-realtime-2` family. */
export interface Reasoning {
  effort?: ReasoningEffort;
}

export type Voice =
  'alloy' | 'ash' | 'ballad' | 'cedar' | 'coral' | 'echo' | 'marin' | 'sage' | 'shimmer' | 'verse' | (string & {});

/** A voice made from audio samples of your own. */
export interface CustomVoice {
  id: string;
}

/** @deprecated The preview API's name of an audio format; GA has {@link AudioFormat}. */
export type LegacyAudioFormat = 'pcm16';
export type Role = 'system' | 'assistant' | 'user' | 'tool';
export type GenerationFinishedReason = 'stop' | 'max_tokens' | 'content_filter' | 'interrupt';
export type InputTranscriptionModel = 'whisper-1' | 'gpt-4o-transcribe' | 'gpt-4o-mini-transcribe' | (string & {});
export type Modality = 'text' | 'audio';
export type ToolChoice = 'auto' | 'none' | 'required' | (string & {});
/** A tool that has to be used. */
export type NamedToolChoice = { type: 'function'; name: string } | { type: 'mcp'; server_label: string; name?: string };
export type State = 'initializing' | 'listening' | 'thinking' | 'speaking' | (string & {});

export interface Tool {
  type: 'function';
  name: string;
  description?: string;
  /** JSON Schema. */
  parameters: { type: 'object'; properties: Record<string, Record<string, unknown>>; required: string[] };
}

/** A remote MCP server whose tools the service calls itself. https://developers.openai.com/api/docs/guides/realtime-mcp */
export interface McpTool {
  type: 'mcp';
  server_label: string;
  server_url?: string;
  connector_id?: string;
  [field: string]: unknown;
}

export interface SemanticVad {
  type: 'semantic_vad';
  /** Default `auto`, which equals `medium`. */
  eagerness?: 'auto' | 'low' | 'medium' | 'high';
  /** Default true. */
  create_response?: boolean;
  /** Default true. */
  interrupt_response?: boolean;
}

export interface ServerVad {
  type: 'server_vad';
  /** 0 to 1. Default 0.5. */
  threshold?: number;
  /** Milliseconds. Default 300. */
  prefix_padding_ms?: number;
  /** Milliseconds. Default 500. */
  silence_duration_ms?: number;
  /** Milliseconds of silence after a reply was heard, upon which the model speaks again. Default: never. */
  idle_timeout_ms?: number | null;
  /** Default true. */
  create_response?: boolean;
  /** Default true. */
  interrupt_response?: boolean;
}

export type TurnDetectionType = SemanticVad | ServerVad;

export interface InputAudioTranscription {
  model: InputTranscriptionModel;
  language?: string;
  languages?: string[];
  keywords?: string[];
  prompt?: string;
}

export type NoiseReductionType = 'near_field' | 'far_field';

export interface NoiseReduction {
  type: NoiseReductionType;
}

export interface AudioFormat {
  type: 'audio/pcm';
  rate: number;
}

export interface RealtimeAudioConfigInput {
  format?: AudioFormat;
  noise_reduction?: NoiseReduction | null;
  transcription?: InputAudioTranscription | null;
  turn_detection?: TurnDetectionType | null;
}

export interface RealtimeAudioConfigOutput {
  format?: AudioFormat;
  speed?: number;
  voice?: Voice | CustomVoice;
}

export interface RealtimeAudioConfig {
  input?: RealtimeAudioConfigInput;
  output?: RealtimeAudioConfigOutput;
}

/** `auto`, or particulars; LiveKit's name for it also knows `enabled`. */
export interface TracingConfig {
  enabled?: boolean;
  workflow_name?: string;
  group_id?: string;
  metadata?: Record<string, string>;
}

/** What the service does when the conversation outgrows the model's context. */
export type Truncation =
  | 'auto'
  | 'disabled'
  | { type: 'retention_ratio'; retention_ratio: number; token_limits?: { post_instructions?: number } };

/** The configuration that `session.update` carries: all of it at first, afterwards what changed. */
export interface SessionConfig {
  type?: 'realtime' | 'transcription';
  model?: Model;
  instructions?: string;
  output_modalities?: Modality[];
  audio?: RealtimeAudioConfig;
  max_output_tokens?: number | 'inf';
  tools?: (Tool | McpTool)[];
  tool_choice?: ToolChoice | NamedToolChoice;
  tracing?: TracingConfig | 'auto' | null;
  reasoning?: Reasoning | null;
  truncation?: Truncation;
  include?: string[];
  /** From here on the preview API's names. */
  modalities?: Modality[];
  voice?: Voice | CustomVoice;
  input_audio_format?: LegacyAudioFormat;
  output_audio_format?: LegacyAudioFormat;
  input_audio_transcription?: InputAudioTranscription | null;
  input_audio_noise_reduction?: NoiseReduction | null;
  turn_detection?: TurnDetectionType | null;
  temperature?: number;
  max_response_output_tokens?: number | 'inf';
  speed?: number;
}

/**
 * The configuration as the service tells it. The fields that have to be there by LiveKit's types are those of the preview
 * API; the GA API tells most of them as {@link SessionConfig} has them, e.g. `audio.output.voice`.
 */
export interface SessionResource extends Omit<SessionConfig, keyof PreviewSession>, PreviewSession {}

interface PreviewSession {
  id: string;
  object: 'realtime.session';
  model: string;
  modalities: Modality[];
  instructions: string;
  voice: Voice;
  input_audio_format: LegacyAudioFormat;
  output_audio_format: LegacyAudioFormat;
  input_audio_transcription: InputAudioTranscription | null;
  turn_detection: TurnDetectionType | null;
  /** MCP servers may be among them: look at `type`. */
  tools: Tool[];
  tool_choice: ToolChoice;
  temperature: number;
  max_response_output_tokens: number | 'inf';
  /** Seconds since the epoch. */
  expires_at: number;
}

export interface ConversationResource {
  id: string;
  object: 'realtime.conversation';
}
