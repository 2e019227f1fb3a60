import { llm } from '@livekit/agents';
import type { RealtimeModelOptions } from '../options.ts';
import { RealtimeModel } from '../realtime-model.ts';
import type { RealtimeSession } from '../realtime-session.ts';
import type { Line } from './scripted-service.ts';
import { useServiceBench, type ServiceBench } from './service-bench.ts';

/** What each test has at hand. */
export interface Bench extends ServiceBench {
  /** A session with the service, its errors collected. */
  open(options?: RealtimeModelOptions, Model?: typeof RealtimeModel): RealtimeSession;
  /** A configured session with a service that confirms nothing. */
  unconfirmed(): Promise<{ session: RealtimeSession; line: Line }>;
}

export function useBench(): Bench {
  const bench = useServiceBench();
  const open = (options: RealtimeModelOptions = {}, Model = RealtimeModel): RealtimeSession => {
    const model = new Model({ apiKey: 'sk-test-key', baseURL: bench.service.url, ...options });
    return bench.keep(model, model.session());
  };
  return Object.assign(bench, {
    open,
    async unconfirmed() {
      await bench.serve({ confirms: false });
      const session = open();
      const line = await bench.service.line();
      await line.event('session.update');
      return { session, line };
    },
  });
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Resolves with the next event of this name. */
export function next<T>(session: RealtimeSession, event: string): Promise<T> {
  return new Promise((resolve) => session.once(event, resolve));
}

/** The service begins a reply by itself. */
export function begun(session: RealtimeSession, line: Line, id = 'r1'): Promise<llm.GenerationCreatedEvent> {
  const created = next<llm.GenerationCreatedEvent>(session, 'generation_created');
  line.created(id);
  return created;
}

/** A reply is asked for, and begins. */
export async function askedFor(session: RealtimeSession, line: Line): Promise<llm.GenerationCreatedEvent> {
  const asked = session.generateReply();
  line.created('r1', await line.event('response.create'));
  return asked;
}

/** Resolves when the session has taken in what was sent to it. */
export async function caughtUp(session: RealtimeSession, line: Line): Promise<void> {
  const told = next(session, 'rate_limits_updated');
  line.send({ type: 'rate_limits.updated', rate_limits: [] });
  await told;
}

/** Milliseconds of audio that the session has told as dropped. */
export function droppedBy(session: RealtimeSession): () => number {
  let droppedMs = 0;
  session.on('connection', (event: { type: string; totalMs: number }) => {
    if (event.type === 'audio-dropped') droppedMs = event.totalMs;
  });
  return () => droppedMs;
}

/** What a reply said, message by message, once it is over. */
export async function textsOf(event: llm.GenerationCreatedEvent): Promise<string[]> {
  const texts: string[] = [];
  for (const message of await all(event.messageStream)) {
    const parts = await all(message.textStream);
    texts.push(parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''));
  }
  return texts;
}

export function message(role: llm.ChatRole, text: string, id?: string): llm.ChatMessage {
  return llm.ChatMessage.create({ role, content: text, ...(id === undefined ? {} : { id }) });
}
