import type { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';
import type { Fault, Faults } from './faults/types.ts';
import type { GatewaySettings } from './gateways/settings.ts';
import type { Carrier, Ear, Voice } from './voice/types.ts';

/** One message of a conversation, as the mind sees it. */
export interface Turn {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  text: string;
}

/** A tool the client offered. */
export interface OfferedTool {
  name: string;
  description?: string;
  parameters?: unknown;
}

export interface MindRequest {
  model: string;
  instructions: string | undefined;
  turns: readonly Turn[];
  tools: readonly OfferedTool[];
  toolChoice?: unknown;
  /** The reply is to be JSON of this schema. */
  format?: { name: string; schema: unknown };
  signal: AbortSignal;
}

/** What a mind says next: text in pieces, and calls. */
export type MindOutput = { type: 'text'; text: string } | { type: 'call'; name: string; arguments: string };

/** What a mind does before it speaks. Only the Responses API tells of it, and only of tools that the request offers. */
export type MindWork =
  | { type: 'search' | 'lookup'; query: string }
  | { type: 'program'; code: string }
  | { type: 'mcp'; server: string; name: string; arguments: string; output?: string };

/** A thought, as its summary. */
export interface MindThought {
  type: 'thought';
  summary: string;
}

/** Decides the replies. `scripted` by default, an echo, or any OpenAI-compatible URL. Unpaced: whoever asks adds the wait. */
export interface Mind {
  reply(request: MindRequest): AsyncIterable<MindOutput | MindThought | MindWork>;
}

/** A tool of a remote MCP server, which the cloud calls itself. */
export interface McpServerTool extends OfferedTool {
  /** What a call returns; a function that throws is a call that fails. It is given the arguments as JSON. */
  result: string | ((args: string) => string | Promise<string>);
  /** Milliseconds of the clock that a call takes. Default 0. */
  durationMs?: number;
}

export interface LoopbackOptions {
  /** Default 0: any free port. Always binds 127.0.0.1. */
  port?: number;
  /** Keys that are accepted; default: any non-empty one. */
  keys?: readonly string[];
  /** Serve TLS. */
  tls?: { key: string; cert: string };
  /** Rules of this gateway stand in front: a name, e.g. `litellm`, `litellm@1.105`, `portkey`, or one with its settings. */
  gateway?: string | GatewaySettings;
  /**
   * What goes wrong: names, e.g. `stall-after:3`, or data. A wire stands before the cloud, and before its gateway, only
   * if this is given; `[]` is enough to inject faults later. Default: none.
   */
  faults?: readonly (string | Fault)[];
  mind?: Mind | 'scripted' | 'echo';
  /** Default: audible speech. `plain` is a fast tone that carries text exactly, for tests; its ear comes with it. */
  voice?: Voice | 'plain';
  /** Default: the one that reads what `voice` says. */
  ear?: Ear;
  carrier?: Carrier;
  clock?: Clock;
  /** Milliseconds of the clock to the first token, between tokens, and between 100 ms audio pieces. Defaults 60, 12, 10. */
  pace?: { firstTokenMs?: number; tokenMs?: number; audioMs?: number };
  /** Life of a socket. Default 3,600,000; of a Live session 7,200,000, of a transcription by Soniox 18,000,000. */
  sessionMs?: number;
  /** MCP servers that sessions can reach, by their label; others cannot be reached. */
  mcpServers?: Readonly<Record<string, readonly McpServerTool[]>>;
  /** Responses that are remembered. Default 1,000. */
  maxStoredResponses?: number;
  /** What the account at Deepgram may do. Default: everything. */
  deepgram?: DeepgramAccount;
  /** What the account at Soniox may do. Default: everything. */
  soniox?: SonioxAccount;
}

/** An account at Deepgram, as far as it refuses requests. */
export interface DeepgramAccount {
  /** `false`: nothing is left to pay with (402). */
  credits?: boolean;
  /** The models that the project has access to; others are refused (403). */
  models?: readonly string[];
  /** Streams that may be open at once; more are refused (429). */
  concurrency?: number;
}

/** An account at Soniox, as far as it refuses requests. */
export interface SonioxAccount {
  /** `false`: nothing is left to pay with (402). */
  credits?: boolean;
  /** The models that are available; others are refused (400). */
  models?: readonly string[];
  /** Transcriptions that may be open at once; more are refused (429). New accounts have 10. */
  transcribeConcurrent?: number;
  /** Streams of speech that may be open at once, on all sockets and over HTTP; more are refused (429). New accounts have 3. */
  ttsConcurrent?: number;
  /** Transcriptions and streams of speech that may begin in a minute; more are refused (429). New accounts have 100. */
  requestsPerMinute?: number;
  /** `false`: a key in the first message is refused (401), as Soniox will from 15 January 2027 on. Default `true`. */
  keysInMessages?: boolean;
}

/** What happened, for tests, the terminal and the report. Never holds a key. */
export interface CloudEvent {
  /** Monotonic milliseconds of the cloud's clock. */
  at: number;
  /** Milliseconds since the epoch. */
  wall: number;
  /** `http`, `socket`, `listening`, `transcript`, `mind`, `voice`, `gateway`, `fault`, `error`. */
  lane: string;
  /** Noun-verb, e.g. `upgrade-received`, `speech-started`. */
  name: string;
  detail: Readonly<Record<string, unknown>>;
}

/** A request or upgrade as it arrived, for assertions. Header values that carry keys are kept: tests compare them. */
export interface ReceivedRequest {
  kind: 'http' | 'upgrade';
  method: string;
  path: string;
  /** With its `?`, byte for byte; empty if there was none. */
  query: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  protocols: readonly string[];
  /** JSON bodies are parsed; others are a byte count. */
  body?: unknown;
}

/** What every handler is given. */
export interface Cloud {
  readonly clock: Clock;
  readonly voice: Voice;
  readonly ear: Ear;
  readonly mind: Mind;
  readonly pace: { firstTokenMs: number; tokenMs: number; audioMs: number };
  readonly sessionMs: number;
  readonly options: LoopbackOptions;
  /** Whether a key is good. */
  accepts(key: string | undefined): boolean;
  /** A fresh id: `prefix` plus characters that no other id has. */
  id(prefix: string): string;
  tell(lane: string, name: string, detail?: Record<string, unknown>): void;
}

/** What a gateway that stands in front is given. */
export interface FrontContext {
  /** As the user wrote it: a name, e.g. `litellm@1.105`, or one with settings. */
  readonly name: string | GatewaySettings;
  /** `http://127.0.0.1:PORT` of the provider side. */
  readonly upstream: string;
  /** A key that the provider side accepts. */
  readonly upstreamKey: string;
  /** Port, TLS and keys are those of the front door. */
  readonly options: LoopbackOptions;
  readonly clock: Clock;
  tell(lane: string, name: string, detail?: Record<string, unknown>): void;
  /** Keeps a request in {@link Loopback.arrivals}; the body may be added to the same object later. */
  record(request: ReceivedRequest): void;
}

/** A gateway that listens. */
export interface Front {
  readonly port: number;
  /** What follows the origin in the base URL, e.g. `/v1`. */
  readonly basePath: string;
  close(): Promise<void>;
}

/** A running loopback cloud. Emits `event` with a {@link CloudEvent}. */
export interface Loopback extends EventEmitter<{ event: [CloudEvent] }> {
  /** `http://127.0.0.1:PORT/v1`: what `baseURL` wants (behind a gateway, the gateway's base). */
  readonly url: string;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** Everything that reached the provider side, in order, the newest 10,000. Behind a gateway: after the gateway's rules. */
  readonly requests: readonly ReceivedRequest[];
  /** Everything that reached the front door. Without a gateway the same as `requests`. */
  readonly arrivals: readonly ReceivedRequest[];
  /** Open provider-side sockets. */
  readonly sockets: number;
  /** What goes wrong. Injecting needs {@link LoopbackOptions.faults}, be it empty. */
  readonly faults: Faults;
  /** PEM of the authority that signed the certificates of TLS faults, for clients to trust; only if `faults` is given. */
  readonly ca: string | undefined;
  /** Ends every provider-side socket: with a close code, or without a word when there is none. */
  dropSockets(code?: number, reason?: string): void;
  close(): Promise<void>;
}
