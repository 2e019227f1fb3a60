import '../../quiet.ts';
import { llm, tts } from '@livekit/agents';

/** Whoever answers, on a connection that is there. */
export interface Speaker {
  /** How many frames or words were heard. */
  whole(words: string): Promise<number>;
  /** The same of a turn that the caller interrupts as soon as something is heard. */
  brokenOff(words: string): Promise<number>;
}

/** By variants. `baseURL`: of OpenAI's API, or of the host for others. */
export type Speakers = Readonly<Record<string, (baseURL: string) => Speaker | Promise<Speaker>>>;

export const apiKey = 'bench';

/** A realtime model that is interrupted as a session does it. */
export function realtimeSpeaker(session: llm.RealtimeSession): Speaker {
  const ask = async (instructions: string, heard: () => void): Promise<void> => {
    const { messageStream } = await session.generateReply(instructions);
    for await (const { audioStream } of messageStream) for await (const _frame of audioStream) heard();
  };
  return {
    whole: (words) => counted((heard) => ask(words, heard)),
    brokenOff: (words) =>
      counted((heard) => {
        let isFirst = true;
        return ask(words, () => {
          heard();
          if (isFirst) void session.interrupt();
          isFirst = false;
        });
      }),
  };
}

/** A voice whose stream is closed, as a session does it. */
export function voiceSpeaker(model: tts.TTS): Speaker {
  return streamed((words, heard) => {
    const stream = model.stream();
    stream.pushText(words);
    stream.endInput();
    const read = async (): Promise<void> => {
      for await (const audio of stream) if (audio !== tts.SynthesizeStream.END_OF_STREAM) heard();
    };
    return { done: read(), close: () => stream.close() };
  });
}

/** A language model whose stream is closed, as a session does it. */
export function mindSpeaker(model: llm.LLM): Speaker {
  // What is said of a turn that somebody closed.
  model.on('error', () => {});
  return streamed((words, heard) => {
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'user', content: words });
    const stream = model.chat({ chatCtx });
    const read = async (): Promise<void> => {
      for await (const { delta } of stream) if (delta?.content) heard();
    };
    return { done: read(), close: () => stream.close() };
  });
}

function streamed(open: (words: string, heard: () => void) => { done: Promise<void>; close(): void }): Speaker {
  return {
    whole: (words) => counted((heard) => open(words, heard).done),
    brokenOff: (words) =>
      counted((heard) => {
        const turn = open(words, () => {
          heard();
          turn.close();
        });
        return turn.done;
      }),
  };
}

async function counted(work: (heard: () => void) => Promise<void>): Promise<number> {
  let count = 0;
  await work(() => count++);
  return count;
}
