import type { APIConnectOptions } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { realtime, responses, STT, type OpenAIConnectOptions } from '@patchbay/openai';
import { Chat } from '../talk/chat.ts';
import { Conversation } from '../talk/conversation.ts';
import { Dictation } from '../talk/dictation.ts';

/** The other end of every call: it writes down what it hears letter by letter, and says it again. */
export function startCloud(options: LoopbackOptions = {}): Promise<Loopback> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  return startLoopback({ voice: 'plain', mind: 'echo', pace, faults: [], ...options });
}

/** How the plugin gets there. */
export interface Way extends Omit<OpenAIConnectOptions, 'model'> {
  baseURL: string;
  /** Default: what fails is tried again once. */
  connOptions?: Partial<APIConnectOptions>;
}

/** What every call brings along; no error may show it. */
export const key = 'sk-a-key-that-must-not-be-shown';

/** Speech to text over a realtime socket. */
export function dictationOver({ connOptions, ...way }: Way): Dictation {
  const model = new STT({ apiKey: key, model: 'gpt-4o-mini-transcribe', ...way });
  return new Dictation(model, { connOptions: { maxRetry: 1, ...connOptions } });
}

/** A model that speaks. */
export function conversationOver({ connOptions, ...way }: Way): Conversation {
  const model = new realtime.RealtimeModel({
    apiKey: key,
    turnDetection: { type: 'server_vad', silence_duration_ms: 300, create_response: true, interrupt_response: true },
    connOptions: { timeoutMs: 10_000, ...connOptions },
    ...way,
  });
  return new Conversation(model);
}

/** A language model on a Responses socket. */
export function chatOver({ connOptions, ...way }: Way): Chat {
  return new Chat(new responses.LLM({ apiKey: key, ...way }), { maxRetry: 1, ...connOptions });
}

/** What an error of the plugin says, without the class and the address, which differ. */
export function wordsOf({ message }: Error): string {
  return message.replace(/^\w+ \w+ at \S+: /, '');
}
