/**
 * What the service sends on a Realtime socket, as its GA API shapes it.
 * https://developers.openai.com/api/reference/resources/realtime/server-events
 * Nulls are where the live service sends them; its own SDK's types leave most of them out.
 */

export interface ErrorBody {
  type: string;
  code: string | null;
  message: string;
  param: string | null;
  /** Of the client event that caused it. */
  event_id: string | null;
}

export type ItemStatus = 'completed' | 'incomplete' | 'in_progress';

export type UserContent =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; transcript: string | null; audio?: string }
  | { type: 'input_image'; image_url?: string; detail?: 'auto' | 'low' | 'high' };
export type AssistantContent =
  { type: 'output_text'; text: string } | { type: 'output_audio'; transcript?: string; audio?: string };

interface ItemHead {
  id: string;
  object: 'realtime.item';
  status: ItemStatus;
}
export interface SystemMessage extends ItemHead {
  type: 'message';
  role: 'system';
  content: { type: 'input_text'; text: string }[];
}
export interface UserMessage extends ItemHead {
  type: 'message';
  role: 'user';
  content: UserContent[];
}
export interface AssistantMessage extends ItemHead {
  type: 'message';
  role: 'assistant';
  content: AssistantContent[];
}
export interface FunctionCall extends ItemHead {
  type: 'function_call';
  name: string;
  call_id: string;
  arguments: string;
}
export interface FunctionCallOutput extends ItemHead {
  type: 'function_call_output';
  call_id: string;
  output: string;
}
export interface McpListTools extends ItemHead {
  type: 'mcp_list_tools';
  server_label: string;
  tools: { name: string; description: string | null; input_schema: unknown }[];
}
export interface McpCall extends ItemHead {
  type: 'mcp_call';
  server_label: string;
  name: string;
  arguments: string;
  approval_request_id: string | null;
  output: string | null;
  error: { type: 'tool_execution_error'; message: string } | null;
}
export interface McpApprovalRequest extends ItemHead {
  type: 'mcp_approval_request';
  server_label: string;
  name: string;
  arguments: string;
}
export interface McpApprovalResponse extends ItemHead {
  type: 'mcp_approval_response';
  approval_request_id: string;
  approve: boolean;
  reason: string | null;
}
export type Item =
  | SystemMessage
  | UserMessage
  | AssistantMessage
  | FunctionCall
  | FunctionCallOutput
  | McpListTools
  | McpCall
  | McpApprovalRequest
  | McpApprovalResponse;

export type Part = { type: 'text'; text: string } | { type: 'audio'; transcript: string };

export type AudioFormat = { type: 'audio/pcm'; rate: 24000 } | { type: 'audio/pcmu' } | { type: 'audio/pcma' };

export interface ServerVad {
  type: 'server_vad';
  threshold: number;
  prefix_padding_ms: number;
  silence_duration_ms: number;
  idle_timeout_ms: number | null;
  create_response: boolean;
  interrupt_response: boolean;
}
export interface SemanticVad {
  type: 'semantic_vad';
  eagerness: 'low' | 'medium' | 'high' | 'auto';
  create_response: boolean;
  interrupt_response: boolean;
}
export type TurnDetection = ServerVad | SemanticVad;

export interface TranscriptionSettings {
  model: string;
  language: string | null;
  prompt: string | null;
  languages?: string[];
  keywords?: string[];
  delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
}

export interface NoiseReduction {
  type: 'near_field' | 'far_field';
  strength?: number;
}

export interface InputAudio {
  format: AudioFormat;
  transcription: TranscriptionSettings | null;
  noise_reduction: NoiseReduction | null;
  turn_detection: TurnDetection | null;
}

export interface OutputAudio {
  format: AudioFormat;
  voice: string | { id: string };
  speed: number;
}

export type Tool =
  | { type: 'function'; name: string; description?: string; parameters?: unknown }
  | { type: 'mcp'; server_label: string };
export type ToolChoice =
  'none' | 'auto' | 'required' | { type: 'function'; name: string } | { type: 'mcp'; server_label: string };

export type Include = 'item.input_audio_transcription.logprobs';

export interface RealtimeSettings {
  type: 'realtime';
  object: 'realtime.session';
  id: string;
  model: string;
  output_modalities: ('text' | 'audio')[];
  instructions: string;
  tools: Tool[];
  tool_choice: ToolChoice;
  max_output_tokens: number | 'inf';
  tracing: 'auto' | { workflow_name?: string; group_id?: string; metadata?: unknown } | null;
  truncation: 'auto' | 'disabled' | { type: 'retention_ratio'; retention_ratio: number };
  prompt: { id: string } | null;
  expires_at: number;
  audio: { input: InputAudio; output: OutputAudio };
  include: Include[] | null;
  reasoning?: { effort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' };
  parallel_tool_calls?: boolean;
}

export interface TranscriptionSessionSettings {
  type: 'transcription';
  object: 'realtime.transcription_session';
  id: string;
  expires_at: number;
  audio: { input: InputAudio };
  include: Include[] | null;
}

export type SessionSettings = RealtimeSettings | TranscriptionSessionSettings;

export interface ResponseUsage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_token_details: {
    text_tokens: number;
    audio_tokens: number;
    image_tokens: number;
    cached_tokens: number;
    cached_tokens_details: { text_tokens: number; audio_tokens: number; image_tokens: number };
  };
  output_token_details: { text_tokens: number; audio_tokens: number };
}

export type CancelReason = 'turn_detected' | 'client_cancelled';

export type StatusDetails =
  | { type: 'cancelled'; reason: CancelReason }
  | { type: 'incomplete'; reason: 'max_output_tokens' }
  | { type: 'failed'; error: { type: string; code: string; message: string } };

export interface ResponseResource {
  object: 'realtime.response';
  id: string;
  status: 'completed' | 'cancelled' | 'failed' | 'incomplete' | 'in_progress';
  status_details: StatusDetails | null;
  output: Item[];
  conversation_id: string | null;
  output_modalities: ('text' | 'audio')[];
  max_output_tokens: number | 'inf';
  audio: { output: { format: AudioFormat; voice: string } };
  usage: ResponseUsage | null;
  metadata: Record<string, string> | null;
}

export interface LogProbability {
  token: string;
  logprob: number;
  bytes: number[];
}

export type TranscriptionUsage =
  | { type: 'duration'; seconds: number }
  | {
      type: 'tokens';
      total_tokens: number;
      input_tokens: number;
      input_token_details: { text_tokens: number; audio_tokens: number };
      output_tokens: number;
    };

interface InResponse {
  response_id: string;
  output_index: number;
}
interface InItem extends InResponse {
  item_id: string;
}
interface InPart extends InItem {
  content_index: number;
}
interface OfInputAudio {
  item_id: string;
  content_index: number;
}

/** Without its `event_id`, which the socket adds. */
export type ServerEvent =
  | { type: 'error'; error: ErrorBody }
  | { type: 'session.created' | 'session.updated'; session: SessionSettings }
  | { type: 'input_audio_buffer.speech_started'; audio_start_ms: number; item_id: string }
  | { type: 'input_audio_buffer.speech_stopped'; audio_end_ms: number; item_id: string }
  | { type: 'input_audio_buffer.timeout_triggered'; audio_start_ms: number; audio_end_ms: number; item_id: string }
  | { type: 'input_audio_buffer.committed'; previous_item_id: string | null; item_id: string }
  | { type: 'input_audio_buffer.cleared' }
  | { type: 'conversation.item.added' | 'conversation.item.done'; previous_item_id: string | null; item: Item }
  | { type: 'conversation.item.retrieved'; item: Item }
  | { type: 'conversation.item.deleted'; item_id: string }
  | { type: 'conversation.item.truncated'; item_id: string; content_index: number; audio_end_ms: number }
  | ({
      type: 'conversation.item.input_audio_transcription.delta';
      delta: string;
      logprobs?: LogProbability[];
    } & OfInputAudio)
  | ({
      type: 'conversation.item.input_audio_transcription.segment';
      id: string;
      text: string;
      speaker: string;
      start: number;
      end: number;
    } & OfInputAudio)
  | ({
      type: 'conversation.item.input_audio_transcription.completed';
      transcript: string;
      usage: TranscriptionUsage;
      languages?: { code: string }[];
      logprobs?: LogProbability[];
    } & OfInputAudio)
  | ({
      type: 'conversation.item.input_audio_transcription.failed';
      error: { type: string; code: string; message: string; param: string | null };
    } & OfInputAudio)
  | { type: 'response.created' | 'response.done'; response: ResponseResource }
  | ({ type: 'response.output_item.added' | 'response.output_item.done'; item: Item } & InResponse)
  | ({ type: 'response.content_part.added' | 'response.content_part.done'; part: Part } & InPart)
  | ({ type: 'response.output_text.delta'; delta: string } & InPart)
  | ({ type: 'response.output_text.done'; text: string } & InPart)
  | ({ type: 'response.output_audio.delta'; delta: string } & InPart)
  | ({ type: 'response.output_audio.done' } & InPart)
  | ({ type: 'response.output_audio_transcript.delta'; delta: string } & InPart)
  | ({ type: 'response.output_audio_transcript.done'; transcript: string } & InPart)
  | ({ type: 'response.function_call_arguments.delta'; call_id: string; delta: string } & InItem)
  | ({ type: 'response.function_call_arguments.done'; call_id: string; name: string; arguments: string } & InItem)
  | { type: 'mcp_list_tools.in_progress' | 'mcp_list_tools.completed' | 'mcp_list_tools.failed'; item_id: string }
  | ({ type: 'response.mcp_call_arguments.delta'; delta: string } & InItem)
  | ({ type: 'response.mcp_call_arguments.done'; arguments: string } & InItem)
  | {
      type: 'response.mcp_call.in_progress' | 'response.mcp_call.completed' | 'response.mcp_call.failed';
      item_id: string;
      output_index: number;
    }
  | {
      type: 'rate_limits.updated';
      rate_limits: { name: 'requests' | 'tokens'; limit: number; remaining: number; reset_seconds: number }[];
    };

export type Send = (event: ServerEvent) => void;
