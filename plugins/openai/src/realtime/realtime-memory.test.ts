import { initializeLogger, llm } from '@livekit/agents';
import { tablesOf, tablesOfConnected } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { RealtimeModel } from './realtime-model.ts';

initializeLogger({ pretty: false, level: 'silent' });

describe('a session that waits', () => {
  it('has no tables of what it does not have', async () => {
    const model = new RealtimeModel({ apiKey: 'sk-1', baseURL: 'ws://127.0.0.1:9/v1' });
    const base = await tablesOf(() => new Bare(model));
    // The sockets that there will be.
    expect((await tablesOf(() => model.session())) - base).toBeLessThanOrEqual(1);
    await model.close();
  });

  it('has none either when it has a socket', async () => {
    const nowhere = new RealtimeModel({ apiKey: 'sk-1', baseURL: 'ws://127.0.0.1:9/v1' });
    const base = await tablesOf(() => new Bare(nowhere));
    await nowhere.close();
    let model: RealtimeModel | undefined;
    const open = (baseURL: string): ReturnType<RealtimeModel['session']> =>
      (model ??= new RealtimeModel({ apiKey: 'sk-1', baseURL })).session();
    expect((await tablesOfConnected(open)) - base).toBeLessThanOrEqual(1);
    await model?.close();
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
