import { llm, type APIConnectOptions } from '@livekit/agents';
import { Call, quickly, type Model } from './call.ts';

/** Somebody who asks a language model in writing. Its turns are the answers. */
export class Chat extends Call {
  readonly #model: llm.LLM;
  readonly #connOptions: APIConnectOptions;

  constructor(model: llm.LLM & Model, connOptions: Partial<APIConnectOptions> = {}) {
    super(model);
    this.#model = model;
    this.#connOptions = { ...quickly, ...connOptions };
  }

  /**
   * Resolves to all that was answered, however that ended: LiveKit's streams just end. A question is a context of its
   * own; the answer to a context is added to it, as an AgentSession does.
   */
  async ask(question: string | llm.ChatContext, connOptions: Partial<APIConnectOptions> = {}): Promise<string> {
    const context = typeof question === 'string' ? asking(question) : question;
    const options = { chatCtx: context.copy(), connOptions: { ...this.#connOptions, ...connOptions } };
    let text = '';
    const extra = {};
    for await (const { delta } of this.#model.chat(options)) {
      text += delta?.content ?? '';
      Object.assign(extra, delta?.extra);
    }
    if (text === '') return text;
    this.turns.push(text);
    context.addMessage({ role: 'assistant', content: text, extra });
    return text;
  }

  /** The whole answer. Rejects with what ended it. */
  async answer(question: string): Promise<string> {
    const answer = await this.ask(question);
    if (this.errors[0]) throw this.errors[0];
    return answer;
  }
}

/** What a user asks, as a context of its own. */
export function asking(question: string): llm.ChatContext {
  const context = llm.ChatContext.empty();
  context.addMessage({ role: 'user', content: question });
  return context;
}
