import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger, llm, stt, type APIConnectOptions, type tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { plainEar, plainVoice } from '@patchbay/loopback';
import { PatchbayError } from '@patchbay/ws-url';

// How a user's code talks with LiveKit's classes, and what it gets to know. The voice is loopback's plain one.

initializeLogger({ pretty: false, level: 'silent' });

/** A failure as LiveKit tells it. */
export interface Failure {
  /** LiveKit's class of it. */
  name: string;
  message: string;
  recoverable: boolean;
  /** What stands behind it. */
  cause: PatchbayError | undefined;
}

interface Emitter {
  on(event: never, listener: never): unknown;
}

/** Fills while the model is used. */
export function failuresOf(model: Emitter): Failure[] {
  const failures: Failure[] = [];
  const listener = ({ error, recoverable }: { error: Error; recoverable: boolean }): void => {
    const { name, message, cause } = error;
    failures.push({ name, message, recoverable, cause: PatchbayError.is(cause) ? cause : undefined });
  };
  model.on('error' as never, listener as never);
  return failures;
}

/** Counts the sockets that were dialled and opened. */
export function dialsOf(model: Emitter): { tried: number; opened: number } {
  const dials = { tried: 0, opened: 0 };
  const listener = ({ type }: { type: string }): void => {
    if (type === 'connecting') dials.tried++;
    if (type === 'open') dials.opened++;
  };
  model.on('connection' as never, listener as never);
  return dials;
}

/** No retries, and none of their waits. */
export const once: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 20_000 };

/** A wall for slow machines, milliseconds: nothing is judged by it. */
const wallMs = 100_000;

/** @throws Error that says what did not happen. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const lastMs = performance.now() + wallMs;
  while (!condition()) {
    if (performance.now() > lastMs) throw new Error(`expected: ${what}; it did not happen`);
    await sleep(5);
  }
}

/** What a user says, as a context of its own. */
export function saying(text: string): llm.ChatContext {
  const context = llm.ChatContext.empty();
  context.addMessage({ role: 'user', content: text });
  return context;
}

/** Asks, reads the answer to its end and adds it to the context, as an AgentSession does. */
export async function ask(model: llm.LLM, chatCtx: llm.ChatContext, connOptions = once): Promise<string> {
  let text = '';
  const extra = {};
  for await (const { delta } of model.chat({ chatCtx: chatCtx.copy(), connOptions })) {
    text += delta?.content ?? '';
    Object.assign(extra, delta?.extra);
  }
  if (text !== '') chatCtx.addMessage({ role: 'assistant', content: text, extra });
  return text;
}

/** Frames of 10 ms, with silence behind. The plain voice is no sound that could be resampled. */
export async function speechOf(text: string, sampleRate = 24_000): Promise<AudioFrame[]> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const leadLength = sampleRate / 10;
  const padded = new Int16Array(samples.length + leadLength + sampleRate * 1.5);
  padded.set(samples, leadLength);
  const length = sampleRate / 100;
  const count = Math.floor(padded.length / length);
  return Array.from({ length: count }, (_, at) => {
    return new AudioFrame(padded.slice(at * length, (at + 1) * length), sampleRate, 1, length);
  });
}

/** What the plain voice said in these frames. */
export async function wordsIn(frames: readonly AudioFrame[], sampleRate = 24_000): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const words = frames.flatMap(({ data }) => listener.push(data));
  return [...words, ...(await listener.finish())].join('').replaceAll(/\s+/g, ' ').trim();
}

/** A stream that somebody reads. */
export interface Hearing {
  stream: stt.SpeechStream;
  finals: string[];
  /** Resolves when the stream has ended. */
  ended: Promise<void>;
  say(text: string): Promise<void>;
}

export function hear(model: stt.STT, { sampleRate = 24_000, connOptions = once } = {}): Hearing {
  const stream = model.stream({ connOptions });
  const finals: string[] = [];
  const ended = (async () => {
    for await (const { type, alternatives } of stream)
      if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) finals.push(alternatives![0].text);
  })();
  return {
    ...{ stream, finals, ended },
    async say(text) {
      for (const frame of await speechOf(text, sampleRate)) stream.pushFrame(frame);
    },
  };
}

/** One phrase, on a stream of its own; empty where the stream failed. */
export async function transcribe(model: stt.STT, text: string, options?: Parameters<typeof hear>[1]): Promise<string> {
  const hearing = hear(model, options);
  let isOver = false;
  void hearing.ended.then(() => (isOver = true));
  await hearing.say(text);
  await until(() => isOver || hearing.finals.length > 0, 'a transcript, or an error that ends the stream');
  hearing.stream.close();
  await hearing.ended;
  return hearing.finals.join(' ');
}

/** What is heard of a text; empty where it could not be said. */
export async function speak(model: tts.TTS, text: string, connOptions = once): Promise<string> {
  const frames: AudioFrame[] = [];
  for await (const { frame } of model.synthesize(text, connOptions)) frames.push(frame);
  return wordsIn(frames, model.sampleRate);
}

/** What was said in answer to a caller. */
export async function replyIn(generation: llm.GenerationCreatedEvent): Promise<string> {
  const frames: AudioFrame[] = [];
  for await (const { audioStream } of generation.messageStream)
    for await (const frame of audioStream) frames.push(frame);
  return wordsIn(frames);
}
