import { llm } from '@livekit/agents';
import type { RealtimeModelOptions } from '../options.ts';
import { RealtimeModel } from '../realtime-model.ts';
import type { RealtimeSession } from '../realtime-session.ts';
import { useServiceBench, type ServiceBench } from './service-bench.ts';

/** What each test has at hand. */
export interface Bench extends ServiceBench {
  /** A session with the service, its errors collected. */
  open(options?: RealtimeModelOptions, Model?: typeof RealtimeModel): RealtimeSession;
}

export function useBench(): Bench {
  const bench = useServiceBench();
  return Object.assign(bench, {
    open(options: RealtimeModelOptions = {}, Model = RealtimeModel) {
      const model = new Model({ apiKey: 'sk-test-key', baseURL: bench.service.url, ...options });
      return bench.keep(model, model.session());
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
