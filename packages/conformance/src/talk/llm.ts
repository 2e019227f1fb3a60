import { llm } from '@livekit/agents';
import { deliveryOf, question, tale } from '../words.ts';
import type { Talk, TalkParts, Turn, TurnOptions } from './talk.ts';

/** One request per turn. */
export class LLMTalk implements Talk {
  readonly #parts: TalkParts;
  readonly #model: llm.LLM;
  readonly #streams = new Set<llm.LLMStream>();

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#model = parts.model as llm.LLM;
  }

  open(): void {
    this.#parts.ears.attend(this.#model, { errors: !this.#parts.deaf });
  }

  async turn({ heard, readAfter }: TurnOptions = {}): Promise<Turn> {
    const { clock, connOptions } = this.#parts;
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'user', content: question });
    const stream = this.#model.chat({ chatCtx, connOptions });
    this.#streams.add(stream);
    await readAfter;
    let text = '';
    for await (const chunk of stream) {
      this.#parts.ears.ids.add(chunk.id);
      text += chunk.delta?.content ?? '';
      if (text !== '') heard?.();
    }
    this.#streams.delete(stream);
    return { ...deliveryOf(tale, text), endedAt: clock.now() };
  }

  interrupt(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  things(): object[] {
    return [...this.#streams];
  }

  async close(): Promise<void> {
    this.interrupt();
  }
}
