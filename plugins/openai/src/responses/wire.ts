/**
 * What is spoken on a Responses connection, as far as a voice agent looks at it. Both ways in, the WebSocket and
 * HTTP with server-sent events, carry the same events:
 * https://developers.openai.com/api/docs/guides/websocket-mode and
 * https://platform.openai.com/docs/api-reference/responses-streaming.
 *
 * Everything a server says is optional and may be `null`: a missing or odd field must never hide that a reply is
 * over (livekit/agents-js#1935 is 67 seconds of silence because of it). What users see of it is in `ws-types.ts`.
 */

type Maybe<T> = T | null | undefined;

export interface WsResponseCreatedEvent {
  type: 'response.created';
  response: WsResponse;
}

/** A tool call of the model. `arguments` is JSON, and empty for a call without any. */
export interface WsFunctionCallItem {
  type: 'function_call';
  id?: Maybe<string>;
  call_id: string;
  name: string;
  arguments: string;
}

export interface WsMessageItem {
  type: 'message';
  id?: Maybe<string>;
  /** `commentary` or `final_answer`, where the model tells them apart. */
  phase?: Maybe<string>;
  content?: Maybe<readonly Maybe<{ type?: Maybe<string>; text?: Maybe<string>; refusal?: Maybe<string> }>[]>;
}

/** A remote MCP server's tool that a person is to allow first. */
export interface WsMcpApprovalRequestItem {
  type: 'mcp_approval_request';
  id?: Maybe<string>;
  server_label?: Maybe<string>;
  name?: Maybe<string>;
  arguments?: Maybe<string>;
}

/** Reasoning, hosted tools, and whatever comes next. */
export interface WsOtherItem {
  type: 'reasoning' | 'file' | 'computer_call' | 'web_search_call' | (string & {});
  [key: string]: unknown;
}

export type WsOutputItem = WsFunctionCallItem | WsMessageItem | WsOtherItem;

export interface WsOutputItemAddedEvent {
  type: 'response.output_item.added';
  output_index?: Maybe<number>;
  item: WsOutputItem;
}

export interface WsOutputItemDoneEvent {
  type: 'response.output_item.done';
  item: WsOutputItem;
}

export interface WsOutputTextDeltaEvent {
  type: 'response.output_text.delta';
  delta: string;
  item_id?: Maybe<string>;
  output_index?: Maybe<number>;
}

/** The model declines in words; for a caller these are words like any other. */
export interface WsRefusalDeltaEvent {
  type: 'response.refusal.delta';
  delta: string;
  item_id?: Maybe<string>;
  output_index?: Maybe<number>;
}

export interface WsUsage {
  input_tokens?: Maybe<number>;
  output_tokens?: Maybe<number>;
  total_tokens?: Maybe<number>;
  input_tokens_details?: Maybe<{ cached_tokens?: Maybe<number>; cache_write_tokens?: Maybe<number> }>;
}

/** The response object inside the events of its life. */
export interface WsResponse {
  id?: Maybe<string>;
  status?: Maybe<string>;
  output?: Maybe<readonly Maybe<WsOutputItem>[]>;
  usage?: Maybe<WsUsage>;
  service_tier?: Maybe<string>;
  error?: Maybe<WsErrorBody>;
  incomplete_details?: Maybe<{ reason?: Maybe<string> }>;
  [key: string]: unknown;
}

export interface WsResponseCompletedEvent {
  type: 'response.completed';
  response: WsResponse;
}

export interface WsResponseFailedEvent {
  type: 'response.failed';
  response?: Maybe<WsResponse>;
}

export interface WsResponseIncompleteEvent {
  type: 'response.incomplete';
  response?: Maybe<WsResponse>;
}

export interface WsResponseCancelledEvent {
  type: 'response.cancelled';
  response?: Maybe<WsResponse>;
}

/** A terminal event by another name, met at OpenAI-compatible endpoints; `response.status` says how it ended. */
export interface WsResponseDoneEvent {
  type: 'response.done';
  response?: Maybe<WsResponse>;
}

export interface WsErrorBody {
  type?: Maybe<string>;
  code?: Maybe<string | number>;
  message?: Maybe<string>;
  param?: Maybe<string>;
}

/**
 * Something went wrong, and this request is over. The reference documents it flat; the service was also seen to
 * wrap it as `{ type, status, error: { … } }` (openclaw/openclaw#122717), so both are read.
 */
export interface WsErrorEvent extends Omit<WsErrorBody, 'type'> {
  type: 'error';
  status?: Maybe<number>;
  error?: Maybe<WsErrorBody>;
  headers?: Maybe<Record<string, unknown>>;
}

/** More of what the user says, for a response that is being made. */
export interface WsResponseSteerEvent {
  type: 'response.steer';
  previous_response_id: string;
  input: unknown;
}

/** What became of a `response.steer`. The next `response.created` is what it led to, unless it failed or has to wait. */
export interface WsResponseSteerResultEvent {
  type: 'response.steer.accepted' | 'response.steer.pending' | 'response.steer.failed';
  steer?: Maybe<{ id?: Maybe<string>; previous_response_id?: Maybe<string> }>;
  /** Of a pending one: `waiting_for_required_input`, the results of tools. */
  reason?: Maybe<string>;
  error?: Maybe<WsErrorBody>;
}

/** What goes on beside the words of a response: its parts, thoughts, hosted tools. Nothing of it is spoken. */
export interface WsOtherEvent {
  type:
    | 'response.queued'
    | 'response.in_progress'
    | 'response.output_text.done'
    | 'response.output_text.annotation.added'
    | 'response.refusal.done'
    | `response.${'content_part' | 'function_call_arguments' | 'audio'}.${string}`
    | `response.${'reasoning' | 'compaction' | HostedTool}${'_' | '.'}${string}`;
  [field: string]: unknown;
}

type HostedTool =
  'web_search' | 'file_search' | 'code_interpreter' | 'mcp' | 'image_generation' | 'shell' | 'custom_tool';

export type WsServerEvent =
  | WsResponseSteerResultEvent
  | WsResponseCreatedEvent
  | WsOutputItemAddedEvent
  | WsOutputItemDoneEvent
  | WsOutputTextDeltaEvent
  | WsRefusalDeltaEvent
  | WsResponseCompletedEvent
  | WsResponseFailedEvent
  | WsResponseIncompleteEvent
  | WsResponseCancelledEvent
  | WsResponseDoneEvent
  | WsErrorEvent;
