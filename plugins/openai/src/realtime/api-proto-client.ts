import type { AudioBase64Bytes, ConversationItemCreateContent, ItemResource } from './api-proto-items.ts';
import type {
  LegacyAudioFormat,
  McpTool,
  Modality,
  NamedToolChoice,
  RealtimeAudioConfigOutput,
  Reasoning,
  SessionConfig,
  Tool,
  ToolChoice,
  Voice,
} from './api-proto-session.ts';

interface Event<Type extends string> {
  type: Type;
  /** Comes back in the `error` event that this event may cause. */
  event_id?: string;
}

export interface SessionUpdateEvent extends Event<'session.update'> {
  session: SessionConfig;
}

export interface InputAudioBufferAppendEvent extends Event<'input_audio_buffer.append'> {
  audio: AudioBase64Bytes;
}

export type InputAudioBufferCommitEvent = Event<'input_audio_buffer.commit'>;

export type InputAudioBufferClearEvent = Event<'input_audio_buffer.clear'>;

export interface ConversationItemCreateEvent extends Event<'conversation.item.create'> {
  /** `root`: in front of everything; absent: behind everything. */
  previous_item_id?: string;
  item: ConversationItemCreateContent;
}

export interface ConversationItemTruncateEvent extends Event<'conversation.item.truncate'> {
  item_id: string;
  content_index: number;
  /** Milliseconds; more than the item has is an error. */
  audio_end_ms: number;
}

export interface ConversationItemDeleteEvent extends Event<'conversation.item.delete'> {
  item_id: string;
}

/** Asks for an item as the service has it, with its audio; the answer is `conversation.item.retrieved`. */
export interface ConversationItemRetrieveEvent extends Event<'conversation.item.retrieve'> {
  item_id: string;
}

export interface ResponseCreateParams {
  instructions?: string;
  output_modalities?: Modality[];
  /** The preview API's name for `output_modalities`. */
  modalities?: Modality[];
  /** As are `voice`, `output_audio_format` and `temperature`. */
  voice?: Voice;
  output_audio_format?: LegacyAudioFormat;
  temperature?: number;
  audio?: { output?: RealtimeAudioConfigOutput };
  tools?: (Tool | McpTool)[];
  tool_choice?: ToolChoice | NamedToolChoice;
  max_output_tokens?: number | 'inf';
  metadata?: Record<string, string>;
  /** `none`: outside the conversation. */
  conversation?: 'auto' | 'none' | (string & {});
  input?: ItemResource[];
  reasoning?: Reasoning;
}

export interface ResponseCreateEvent extends Event<'response.create'> {
  response?: ResponseCreateParams;
}

export interface ResponseCancelEvent extends Event<'response.cancel'> {
  response_id?: string;
}

export type ClientEvent =
  | SessionUpdateEvent
  | InputAudioBufferAppendEvent
  | InputAudioBufferCommitEvent
  | InputAudioBufferClearEvent
  | ConversationItemCreateEvent
  | ConversationItemTruncateEvent
  | ConversationItemDeleteEvent
  | ConversationItemRetrieveEvent
  | ResponseCreateEvent
  | ResponseCancelEvent;

export type ClientEventType = ClientEvent['type'];
