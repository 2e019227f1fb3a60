import type { Agent } from 'node:http';
import type { APIConnectOptions } from '@livekit/agents';
import type { Expectation } from './expectation.ts';
import type { UpstreamColumn } from './faults.ts';

/** Of how many LiveKit knows how to speak to: what a cell does with a model depends on it, and nothing else. */
export type Kind = 'llm' | 'stt' | 'recognition' | 'tts' | 'realtime' | 'duplex' | 'interpreter';

/** The four suites: one per LiveKit interface. */
export type SuiteName = 'llm' | 'stt' | 'tts' | 'realtime';

/** Where a model is to connect, and everything that must never be seen of it. */
export interface Where {
  apiKey: string;
  baseURL: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  proxy?: string;
  agent?: Agent;
}

/** A count of messages, or a message's type: as loopback's faults take it. */
export type Point = number | string;

/** One class of a plugin, as the suites know it. */
export interface Subject {
  /** As it is written in code, with the plugin before it: `openai.responses.LLM`. Two of a name differ in `transport`. */
  name: string;
  kind: Kind;
  transport: 'websocket' | 'http';
  /** Moments of a turn, by the message that the service sends then; each round of a run takes another one of the list. */
  points: {
    /** The service has begun to work, and nothing of it was heard. */
    begun: readonly Point[];
    /** Something was heard. */
    output: readonly Point[];
    /** The last message of a turn. */
    last: readonly Point[];
  };
  /** The model, under LiveKit's own interface. `connOptions`: of a class that takes them itself, where not its own defaults are wanted. */
  create(where: Where, connOptions?: APIConnectOptions): object;
  /** Where this class owes something else than its suite says; `note` says why. */
  differs?: Readonly<Record<string, Partial<Expectation> & { note: string }>>;
  /** Why a fault cannot occur here, by its id: what neither the interface nor the transport says. */
  na?: Readonly<Record<string, string>>;
  /** Turns that the service takes on one socket at once. Default: one, or it knows no turns. */
  turnsPerSocket?: number;
  /** Loopback's gateway that this class needs to work at all. */
  gateway?: string;
  /** Of upstream's classes the one that this one replaces, as faults.ts names its column; nothing if there is none. */
  upstream?: UpstreamColumn;
}

export const suiteOf: Readonly<Record<Kind, SuiteName>> = {
  llm: 'llm',
  stt: 'stt',
  recognition: 'stt',
  tts: 'tts',
  realtime: 'realtime',
  duplex: 'realtime',
  interpreter: 'realtime',
};

/** A name that tells subjects apart. */
export function titleOf({ name, transport, kind }: Subject): string {
  const other = { recognition: ' (batch)', llm: transport === 'http' ? ' (HTTP)' : ' (WebSocket)', stt: ' (realtime)' };
  return name + ((other as Partial<Record<Kind, string>>)[kind] ?? '');
}
