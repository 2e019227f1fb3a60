import type { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { Event, Line } from '../../realtime/__fixtures__/scripted-service.ts';
import { useServiceBench, type ServiceBench } from '../../realtime/__fixtures__/service-bench.ts';
import { GPTLiveModel } from '../gpt-live-model.ts';
import type { GPTLiveSession } from '../gpt-live-session.ts';
import type { GPTLiveModelOptions } from '../options.ts';

/** What each test has at hand. The service says nothing by itself. */
export interface Bench extends ServiceBench {
  /** A session that LiveKit has not configured yet. */
  session(options?: GPTLiveModelOptions): GPTLiveSession;
  /** A configured session. */
  open(options?: GPTLiveModelOptions, configuration?: Configuration): Promise<GPTLiveSession>;
  /** The `count`th socket, its start confirmed. */
  start(count?: number, session?: Event): Promise<Line>;
}

export interface Configuration {
  instructions?: string;
  chatCtx?: llm.ChatContext;
  tools?: llm.ToolContext;
}

export function useBench(): Bench {
  const bench = useServiceBench({ greeting: false, confirms: false });
  const session = (options: GPTLiveModelOptions = {}): GPTLiveSession => {
    const model = new GPTLiveModel({ apiKey: 'sk-test-key', baseURL: bench.service.url, ...options });
    return bench.keep(model, model.session());
  };
  return Object.assign(bench, {
    session,
    async open(options: GPTLiveModelOptions = {}, configuration: Configuration = {}) {
      const opened = session(options);
      const { instructions = 'Be kind.', chatCtx, tools } = configuration;
      await opened._updateSession(instructions, chatCtx, tools);
      return opened;
    },
    async start(count = 1, started: Event = { id: `live_${count}` }) {
      const socket = (): Line | undefined => bench.service.lines[count - 1];
      while (!socket()?.types.includes('session.start')) await bench.clock.advance(socket() && count === 1 ? 0 : 50);
      const line = socket()!;
      line.send({ type: 'session.started', session: started });
      return line;
    },
  });
}

/** Resolves with the next event of this name. */
export function next<T>(session: GPTLiveSession, event: string): Promise<T> {
  return new Promise((resolve) => session.once(event as 'error', resolve as never));
}

/** Everything that is emitted under this name from now on. */
export function collect<T>(session: GPTLiveSession, event: string): T[] {
  const events: T[] = [];
  session.on(event as 'error', ((payload: T) => events.push(payload)) as never);
  return events;
}

export interface FrameOptions {
  rate?: number;
  channels?: number;
  level?: number;
}

export function frame(milliseconds: number, options: FrameOptions = {}): AudioFrame {
  const { rate = 24_000, channels = 1, level = 0 } = options;
  const samples = (rate * milliseconds) / 1_000;
  return new AudioFrame(new Int16Array(samples * channels).fill(level), rate, channels, samples);
}

export function callFrom(id: string, name: string, args: string | null): Event {
  const item = { id: `fc_${id}`, type: 'function_call', call_id: id, name, arguments: args };
  return { type: 'response.output_item.done', item };
}

/** An event of the backend, as the service passes it on. */
export function wrapped(event: Event, delegationId: string | null = 'dlg_1'): Event {
  return { type: 'response.event', delegation_id: delegationId, event };
}
