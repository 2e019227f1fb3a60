/**
 * The events of a Responses connection under the names, and with the fields, that LiveKit's plugin exports as `ws`. The
 * service tells more, and leaves some of it out at times: `wire.ts` is what is read here.
 */

/** Starts a reply. `stream` and `background` of the HTTP body do not exist on a socket. */
export interface WsResponseCreateEvent {
  type: 'response.create';
  model: string;
  input: unknown[];
  tools?: unknown[];
  previous_response_id?: string | null;
  store?: boolean;
  temperature?: number;
  metadata?: Record<string, string>;
  [key: string]: unknown;
}

/** What the response object has in every event; the service sends more. */
interface Response {
  id: string;
  [key: string]: unknown;
}

export interface WsResponseCreatedEvent {
  type: 'response.created';
  response: Response;
}

/** A tool call of the model. `arguments` is JSON, and empty for a call without any. */
export interface WsFunctionCallItem {
  type: 'function_call';
  call_id: string;
  name: string;
  arguments: string;
}

export interface WsMessageItem {
  type: 'message';
  /** `commentary` or `final_answer`, where the model tells them apart. */
  phase?: string;
  [key: string]: unknown;
}

/** Reasoning, and what hosted tools did; the service has more types of it. */
export type WsOtherItem =
  OtherItem<'reasoning'> | OtherItem<'file'> | OtherItem<'computer_call'> | OtherItem<'web_search_call'>;

interface OtherItem<Type extends string> {
  type: Type;
  [key: string]: unknown;
}

export type WsOutputItem = WsFunctionCallItem | WsMessageItem | WsOtherItem;

export interface WsOutputItemAddedEvent {
  type: 'response.output_item.added';
  item: WsOutputItem;
}

export interface WsOutputItemDoneEvent {
  type: 'response.output_item.done';
  item: WsOutputItem;
}

export interface WsOutputTextDeltaEvent {
  type: 'response.output_text.delta';
  delta: string;
}

/** The model declines in words. */
export interface WsRefusalDeltaEvent {
  type: 'response.refusal.delta';
  delta: string;
}

export interface WsUsage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details: { cached_tokens: number; [key: string]: unknown };
}

export interface WsResponseCompletedEvent {
  type: 'response.completed';
  response: Response & { service_tier?: string | null; usage?: WsUsage };
}

export interface WsResponseFailedEvent {
  type: 'response.failed';
  response: { id?: string; error?: { code?: string; message?: string }; [key: string]: unknown };
}

export interface WsResponseIncompleteEvent {
  type: 'response.incomplete';
  response: Response & { incomplete_details?: { reason?: string } | null };
}

/** Terminal events that are met at OpenAI-compatible endpoints; `response.status` says how it ended. */
export interface WsResponseDoneEvent {
  type: 'response.cancelled' | 'response.done';
  response: Response;
}

/** Something went wrong, and this request is over. Flat, or wrapped as `error`: both are met. */
export interface WsErrorEvent {
  type: 'error';
  status?: number;
  code?: string;
  param?: string;
  message?: string;
  error?: { type?: string; code?: string; message?: string; param?: string };
}

/** What became of a `response.steer`, where the service has it. */
export interface WsResponseSteerResultEvent {
  type: 'response.steer.accepted' | 'response.steer.pending' | 'response.steer.failed';
  steer?: { id?: string; previous_response_id?: string };
  /** Of a pending one: `waiting_for_required_input`, the results of tools. */
  reason?: string;
  error?: { code?: string; message?: string };
}

export type WsServerEvent =
  | WsResponseCreatedEvent
  | WsOutputItemAddedEvent
  | WsOutputItemDoneEvent
  | WsOutputTextDeltaEvent
  | WsRefusalDeltaEvent
  | WsResponseCompletedEvent
  | WsResponseFailedEvent
  | WsResponseIncompleteEvent
  | WsResponseDoneEvent
  | WsErrorEvent
  | WsResponseSteerResultEvent;
