/**
 * What the service sends on a Live socket. https://developers.openai.com/api/docs/guides/live-conversations and
 * openai-node 7.57, resources/live.
 */
export type AudioFormat =
  { type: 'audio/pcm'; rate: 16000 | 24000 } | { type: 'audio/pcmu'; rate: 8000 } | { type: 'audio/pcma'; rate: 8000 };

export interface FunctionTool {
  type: 'function';
  name: string;
  description?: string | null;
  parameters?: Record<string, unknown> | null;
  strict?: boolean | null;
}

/** The backend that the service runs itself. */
export interface ResponsesSettings {
  model: string;
  instructions?: string | null;
  /** Hosted tools are accepted and never called. */
  tools?: FunctionTool[];
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; name: string };
  parallel_tool_calls?: boolean | null;
  max_output_tokens?: number | null;
}

export type Delegation =
  | { type: 'client'; acknowledgement_delay_ms?: number }
  | { type: 'responses'; responses: ResponsesSettings; acknowledgement_delay_ms?: number };

export type HistoryMessage =
  | { type?: 'message'; role: 'developer' | 'user'; content: { type?: 'input_text'; text: string }[] }
  | { type?: 'message'; role: 'assistant'; content: { type: 'output_text'; text: string }[] };

/** A session as it was resolved. */
export interface LiveSettings {
  id: string;
  expires_at: number;
  model: string;
  status: 'active';
  instructions: string | null;
  input: HistoryMessage[];
  audio: { format: AudioFormat; output: { voice: string | { id: string } } };
  delegation: Delegation;
  store: boolean;
}

export interface ErrorBody {
  type: string;
  code: string;
  message: string;
  param?: string;
  client_event_id?: string;
}

interface Span {
  /** Milliseconds of the session, which goes as its input audio goes. */
  start_ms: number;
  end_ms: number;
}

interface Usage {
  usage: { seconds: number };
}

export type CloseReason = 'close_requested' | 'expired';
export type AppendKind = 'instructions' | 'thinking' | 'commentary';

/** Without its `event_id`, and the `client_event_id` of the command it answers. */
export type ServerEvent =
  | { type: 'error'; error: ErrorBody }
  | { type: 'session.started' | 'session.updated'; session: LiveSettings }
  | { type: 'session.input_audio.muted' | 'session.input_audio.unmuted' }
  | ({ type: `session.${AppendKind}.appended` } & Span)
  /** To those who listen beside the line; the line itself has sent it. */
  | { type: 'session.input_audio.append'; audio: string }
  | ({ type: 'session.output_audio.delta'; delta: string } & Partial<Span>)
  | ({ type: 'session.input_transcript.delta' | 'session.output_transcript.delta'; delta: string } & Span)
  | {
      type: 'session.delegation.created';
      delegation: { id: string; type: 'delegation'; target: Delegation['type'] };
      offset_ms: number;
    }
  | { type: 'response.event'; delegation_id: string | null; event: Record<string, unknown> }
  | ({ type: 'session.usage.updated'; context_window: { usage_ratio: number } } & Usage)
  | ({ type: 'session.closed'; reason: CloseReason; session: LiveSettings } & Usage);

export type Send = (event: ServerEvent, clientEventId?: string) => void;
