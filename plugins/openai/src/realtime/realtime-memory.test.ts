import { initializeLogger, llm } from '@livekit/agents';
import { describe, expect, it } from 'vitest';
import { queryObjects } from 'node:v8';
import { RealtimeModel } from './realtime-model.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** So many that what the test runner itself makes meanwhile does not count. */
const sessions = 300;

/** Tables that a session of this kind holds before anything happens. */
async function tablesOf(make: () => { close(): Promise<void> }): Promise<number> {
  const count = (): number => queryObjects(Map, { format: 'count' }) + queryObjects(Set, { format: 'count' });
  const before = count();
  const made = Array.from({ length: sessions }, make);
  const tables = (count() - before) / sessions;
  await Promise.all(made.map((session) => session.close()));
  return tables;
}

describe('a session that waits', () => {
  it('has no tables of what it does not have', async () => {
    const model = new RealtimeModel({ apiKey: 'sk-1', baseURL: 'ws://127.0.0.1:9/v1' });
    const base = await tablesOf(() => new Bare(model));
    // The replies, items with audio, items cut short, and sockets that there will be.
    expect((await tablesOf(() => model.session())) - base).toBeLessThanOrEqual(4);
    await model.close();
  });
});

/** LiveKit's class alone. */
class Bare extends llm.RealtimeSession {
  override get chatCtx(): llm.ChatContext {
    return llm.ChatContext.empty();
  }
  override get tools(): llm.ToolContext {
    return llm.ToolContext.empty();
  }
  override async updateInstructions(): Promise<void> {}
  override async updateChatCtx(): Promise<void> {}
  override async updateTools(): Promise<void> {}
  override updateOptions(): void {}
  override pushAudio(): void {}
  override async generateReply(): Promise<llm.GenerationCreatedEvent> {
    throw new Error('it says nothing');
  }
  override async commitAudio(): Promise<void> {}
  override async clearAudio(): Promise<void> {}
  override async interrupt(): Promise<void> {}
  override async truncate(): Promise<void> {}
}
