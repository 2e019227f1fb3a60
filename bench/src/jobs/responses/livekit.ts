import '../../quiet.ts';
import { llm } from '@livekit/agents';
import type { Mind } from './mind.ts';

/** One of LiveKit's models as a mind; its chunks are read as a session reads them. */
export function mindOf(model: llm.LLM): Mind {
  // A turn that failed is one that was not heard, which fails the job; one that was tried again took its time.
  model.on('error', () => {});
  return {
    ask(words, heard) {
      const chatCtx = llm.ChatContext.empty();
      chatCtx.addMessage({ role: 'user', content: words });
      const stream = model.chat({ chatCtx });
      return { done: read(stream, heard), close: () => stream.close() };
    },
    prewarm: () => model.prewarm(),
    close: () => model.aclose(),
  };
}

async function read(stream: llm.LLMStream, heard: (text: string) => void): Promise<void> {
  for await (const { delta } of stream) if (delta?.content) heard(delta.content);
}
