import { llm, type APIConnectOptions } from '@livekit/agents';
import { failuresOf, quickly, type Telling } from './quickly.ts';

/** What a model answers. Throws what it failed with. */
export async function ask(
  model: llm.LLM & Telling,
  question: string,
  connOptions: Partial<APIConnectOptions> = {},
): Promise<string> {
  const failures = failuresOf(model);
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: question });
  let answer = '';
  for await (const { delta } of model.chat({ chatCtx, connOptions: { ...quickly, ...connOptions } })) {
    answer += delta?.content ?? '';
  }
  if (failures[0]) throw failures[0];
  return answer;
}
