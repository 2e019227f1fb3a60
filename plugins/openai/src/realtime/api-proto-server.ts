import type {
  AnyItemResource,
  AudioBase64Bytes,
  ContentPart,
  ItemResource,
  ResponseResource,
} from './api-proto-items.ts';
import type { ConversationResource, SessionResource } from './api-proto-session.ts';

interface Event<Type extends string> {
  type: Type;
  event_id: string;
}

/** Where in which response a piece of output belongs. */
interface OutputPosition {
  response_id: string;
  item_id: string;
  output_index: number;
  content_index: number;
}

/** The same where LiveKit's types do not tell the item. */
type LooseOutputPosition = Omit<OutputPosition, 'item_id'> & Partial<Pick<OutputPosition, 'item_id'>>;

/** Where in the conversation an input belongs. */
interface InputPosition {
  item_id: string;
  content_index: number;
}

/** An error as it really comes: every part of it may be absent or `null`, above all when a gateway wrote it. */
export interface RealtimeErrorBody {
  type?: 'invalid_request_error' | 'server_error' | (string & {}) | null;
  code?: string | null;
  message?: string | null;
  param?: string | null;
  /** The client event that caused it. */
  event_id?: string | null;
}

export interface ErrorEvent extends Event<'error'> {
  error: {
    type: 'invalid_request_error' | 'server_error' | (string & {});
    code?: string;
    message: string;
    param: string;
    /** The client event that caused it. */
    event_id: string;
  };
}

export interface SessionCreatedEvent extends Event<'session.created'> {
  session: SessionResource;
}

export interface SessionUpdatedEvent extends Event<'session.updated'> {
  session: SessionResource;
}

export interface ConversationCreatedEvent extends Event<'conversation.created'> {
  conversation: ConversationResource;
}

export interface InputAudioBufferCommittedEvent extends Event<'input_audio_buffer.committed'> {
  item_id: string;
  previous_item_id?: string | null;
}

export type InputAudioBufferClearedEvent = Event<'input_audio_buffer.cleared'>;

export interface InputAudioBufferSpeechStartedEvent extends Event<'input_audio_buffer.speech_started'> {
  audio_start_ms: number;
  item_id: string;
}

export interface InputAudioBufferSpeechStoppedEvent extends Event<'input_audio_buffer.speech_stopped'> {
  audio_end_ms: number;
  item_id: string;
}

/** Nobody spoke for `idle_timeout_ms`: the silence is committed, and the model speaks again. */
export interface InputAudioBufferTimeoutTriggeredEvent extends Event<'input_audio_buffer.timeout_triggered'> {
  item_id?: string;
  audio_start_ms?: number;
  audio_end_ms?: number;
}

interface ItemEvent<Type extends string, Item = ItemResource> extends Event<Type> {
  previous_item_id: string;
  item: Item;
}

/** The preview API's name of {@link ConversationItemAddedEvent}. */
export type ConversationItemCreatedEvent = ItemEvent<'conversation.item.created'>;

export type ConversationItemAddedEvent = ItemEvent<'conversation.item.added'>;

export type ConversationItemDoneEvent = ItemEvent<'conversation.item.done', AnyItemResource>;

export interface ConversationItemInputAudioTranscriptionDeltaEvent
  extends Event<'conversation.item.input_audio_transcription.delta'>, Partial<InputPosition> {
  item_id: string;
  delta?: string;
}

export interface ConversationItemInputAudioTranscriptionCompletedEvent
  extends Event<'conversation.item.input_audio_transcription.completed'>, InputPosition {
  transcript: string;
  status?: 'in_progress' | 'completed' | (string & {});
  /** Present when `include` asked for it. */
  logprobs?: { logprob: number }[] | null;
}

export interface ConversationItemInputAudioTranscriptionFailedEvent
  extends Event<'conversation.item.input_audio_transcription.failed'>, InputPosition {
  error: { type: string; code?: string; message: string; param: null };
}

export interface ConversationItemRetrievedEvent extends Event<'conversation.item.retrieved'> {
  item: AnyItemResource;
}

export interface ConversationItemTruncatedEvent extends Event<'conversation.item.truncated'> {
  item_id: string;
  content_index: number;
  audio_end_ms: number;
}

export interface ConversationItemDeletedEvent extends Event<'conversation.item.deleted'> {
  item_id: string;
}

export interface ResponseCreatedEvent extends Event<'response.created'> {
  response: ResponseResource;
}

export interface ResponseDoneEvent extends Event<'response.done'> {
  response: ResponseResource;
}

interface OutputItemEvent<Type extends string> extends Event<Type> {
  response_id: string;
  output_index: number;
  item: ItemResource;
}

export type ResponseOutputItemAddedEvent = OutputItemEvent<'response.output_item.added'>;

export type ResponseOutputItemDoneEvent = OutputItemEvent<'response.output_item.done'>;

interface ContentPartEvent<Type extends string> extends Event<Type>, OutputPosition {
  part: ContentPart;
}

export type ResponseContentPartAddedEvent = ContentPartEvent<'response.content_part.added'>;

export type ResponseContentPartDoneEvent = ContentPartEvent<'response.content_part.done'>;

export interface ResponseTextDeltaEvent
  extends Event<'response.output_text.delta' | 'response.text.delta'>, OutputPosition {
  delta: string;
}

export interface ResponseTextDoneEvent
  extends Event<'response.output_text.done' | 'response.text.done'>, OutputPosition {
  text: string;
}

export interface ResponseAudioTranscriptDeltaEvent
  extends Event<'response.output_audio_transcript.delta' | 'response.audio_transcript.delta'>, OutputPosition {
  delta: string;
  /** Seconds from the start of the audio; some services of this dialect send it. */
  start_time?: number;
}

export interface ResponseAudioTranscriptDoneEvent
  extends Event<'response.output_audio_transcript.done' | 'response.audio_transcript.done'>, LooseOutputPosition {
  transcript: string;
}

export interface ResponseAudioDeltaEvent
  extends Event<'response.output_audio.delta' | 'response.audio.delta'>, OutputPosition {
  delta: AudioBase64Bytes;
}

export type ResponseAudioDoneEvent = Event<'response.output_audio.done' | 'response.audio.done'> & LooseOutputPosition;

/** Where LiveKit's types tell neither the item nor the part. */
interface CallPosition extends Partial<OutputPosition> {
  response_id: string;
  output_index: number;
}

export interface ResponseFunctionCallArgumentsDeltaEvent
  extends Event<'response.function_call_arguments.delta'>, CallPosition {
  delta: string;
}

export interface ResponseFunctionCallArgumentsDoneEvent
  extends Event<'response.function_call_arguments.done'>, CallPosition {
  arguments: string;
}

export interface McpListToolsEvent extends Event<
  'mcp_list_tools.in_progress' | 'mcp_list_tools.completed' | 'mcp_list_tools.failed'
> {
  item_id: string;
}

export interface McpCallArgumentsEvent
  extends Event<'response.mcp_call_arguments.delta' | 'response.mcp_call_arguments.done'>, OutputPosition {
  delta?: string;
  arguments?: string;
}

/** May come after its response is done. */
export interface McpCallEvent extends Event<
  'response.mcp_call.in_progress' | 'response.mcp_call.completed' | 'response.mcp_call.failed'
> {
  item_id: string;
  output_index?: number;
}

export interface RateLimit {
  name: 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | (string & {});
  limit: number;
  remaining: number;
  reset_seconds: number;
}

export interface RateLimitsUpdatedEvent extends Event<'rate_limits.updated'> {
  rate_limits: RateLimit[];
}

export type ServerEvent =
  | ErrorEvent
  | SessionCreatedEvent
  | SessionUpdatedEvent
  | ConversationCreatedEvent
  | InputAudioBufferCommittedEvent
  | InputAudioBufferClearedEvent
  | InputAudioBufferSpeechStartedEvent
  | InputAudioBufferSpeechStoppedEvent
  | InputAudioBufferTimeoutTriggeredEvent
  | ConversationItemCreatedEvent
  | ConversationItemAddedEvent
  | ConversationItemDoneEvent
  | ConversationItemInputAudioTranscriptionDeltaEvent
  | ConversationItemInputAudioTranscriptionCompletedEvent
  | ConversationItemInputAudioTranscriptionFailedEvent
  | ConversationItemRetrievedEvent
  | ConversationItemTruncatedEvent
  | ConversationItemDeletedEvent
  | ResponseCreatedEvent
  | ResponseDoneEvent
  | ResponseOutputItemAddedEvent
  | ResponseOutputItemDoneEvent
  | ResponseContentPartAddedEvent
  | ResponseContentPartDoneEvent
  | ResponseTextDeltaEvent
  | ResponseTextDoneEvent
  | ResponseAudioTranscriptDeltaEvent
  | ResponseAudioTranscriptDoneEvent
  | ResponseAudioDeltaEvent
  | ResponseAudioDoneEvent
  | ResponseFunctionCallArgumentsDeltaEvent
  | ResponseFunctionCallArgumentsDoneEvent
  | McpListToolsEvent
  | McpCallArgumentsEvent
  | McpCallEvent
  | RateLimitsUpdatedEvent;

export type ServerEventType = ServerEvent['type'];
