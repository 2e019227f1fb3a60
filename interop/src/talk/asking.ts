import { llm, type APIConnectOptions } from '@livekit/agents';
import { quickly, unlessFailed, type Telling } from './quickly.ts';

/** What a model answers. Throws what it failed with. */
export async function ask(
  model: llm.LLM & Telling,
  question: string,
  connOptions: Partial<APIConnectOptions> = {},
): Promise<string> {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: question });
  return unlessFailed(model, async () => {
    let answer = '';
    for await (const { delta } of model.chat({ chatCtx, connOptions: { ...quickly, ...connOptions } })) {
      answer += delta?.content ?? '';
    }
    return answer;
  });
}
