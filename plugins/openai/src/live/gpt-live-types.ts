/**
 * The wire types of GPT-Live, under the names that LiveKit's OpenAI plugin exports as `realtime.GPTLive`.
 * Source: https://developers.openai.com/api/docs/guides/live-conversations and openai-node 7.57, resources/live.
 * Fields of the service are optional: one that is missing must not end a call.
 */
import type { ReasoningOptions } from '../reasoning.ts';

/** Who does the work that the voice model hands over. */
export type DelegationTarget = 'responses' | 'client';

export type InputRole = 'developer' | 'user' | 'assistant';

/** One message of the history that a session starts with. */
export interface InputItem {
  type: 'message';
  role: InputRole;
  content: { type: 'input_text' | 'output_text'; text: string }[];
}

/** The Responses model behind the voice. */
export interface ResponsesConfig {
  model?: string;
  instructions?: string;
  tools?: object[];
  tool_choice?: string | { type: 'function'; name: string };
  parallel_tool_calls?: boolean;
  reasoning?: ReasoningOptions;
  text?: object;
  service_tier?: 'auto' | 'default' | 'flex' | 'priority';
  max_output_tokens?: number;
}

export type Delegation = { type: 'client' } | { type: 'responses'; responses: ResponsesConfig };

export interface SessionConfig {
  model: string;
  /** At most 16,384 tokens; fixed once the session has started. */
  instructions?: string;
  /** At most 128 messages and 8,192 tokens. */
  input?: InputItem[];
  audio?: {
    format?: { type: 'audio/pcm' | 'audio/pcmu' | 'audio/pcma'; rate: number };
    output?: { voice?: string | Record<string, unknown> };
  };
  delegation?: Delegation;
}

/** What is appended while a session runs: a standing rule, something to know, something to say. */
export type AppendType = 'session.instructions.append' | 'session.thinking.append' | 'session.commentary.append';

/** What we send. */
export type ClientEvent = { event_id?: string } & (
  | { type: 'session.start'; session: SessionConfig }
  | { type: 'session.update'; session: { delegation: Delegation } }
  | { type: 'session.input_audio.append'; audio: string }
  | { type: 'session.input_audio.mute' | 'session.input_audio.unmute' | 'session.close' | 'response.create' }
  | {
      type: AppendType;
      /** Has to be there, also when it is none. */
      delegation_id: string | null;
      /** At most 500 tokens. */
      content: string;
    }
  | { type: 'response.item.create'; item: object }
);

/** Tokens of the backend; the voice is billed by the second. */
export interface ResponseUsage {
  input_tokens?: number;
  input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  output_tokens?: number;
  output_tokens_details?: { reasoning_tokens?: number };
  total_tokens?: number;
}

/** An event of the Responses API, as it comes inside a `response.event`. */
export interface ResponsesEvent {
  type: string;
  response?: {
    id?: string | null;
    model?: string | null;
    usage?: ResponseUsage | null;
    error?: Record<string, unknown> | null;
    incomplete_details?: Record<string, unknown> | null;
  } | null;
  item?: {
    id?: string | null;
    type?: string | null;
    call_id?: string | null;
    name?: string | null;
    arguments?: string | null;
  } | null;
}

export interface ErrorBody {
  type?: string | null;
  code?: string | null;
  message?: string;
  param?: string | null;
  /** Of the command that caused it. */
  client_event_id?: string | null;
}

interface UsageReport {
  /** Since the session began, not since the last report. */
  usage?: { seconds?: number };
  context_window?: { usage_ratio?: number | null } | null;
}

/** What the service sends. */
export type ServerEvent =
  | { type: 'session.started'; session?: { id?: string | null; expires_at?: number } }
  | { type: 'session.output_audio.delta'; delta?: string; start_ms?: number | null }
  | {
      type: 'session.output_transcript.delta' | 'session.input_transcript.delta';
      delta?: string;
      start_ms?: number | null;
      end_ms?: number | null;
    }
  | { type: 'session.delegation.created'; delegation?: { id?: string | null; target?: DelegationTarget | null } }
  | { type: 'response.event'; delegation_id?: string | null; event?: ResponsesEvent }
  | ({ type: 'session.usage.updated' } & UsageReport)
  | ({
      type: 'session.closed';
      reason?: 'close_requested' | 'expired' | 'content' | 'remote_hangup' | 'connection_lost' | null;
    } & UsageReport)
  | { type: 'error'; error?: ErrorBody }
  | {
      type:
        | 'session.updated'
        | 'session.input_audio.muted'
        | 'session.input_audio.unmuted'
        | 'session.instructions.appended'
        | 'session.thinking.appended'
        | 'session.commentary.appended';
      client_event_id?: string;
    };
