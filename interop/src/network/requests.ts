import { ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { llm } from '@livekit/agents';
import { LLM, TTS } from '@patchbay/openai';
import { key, type Way } from './call.ts';
import { wordsIn } from './speech.ts';

const once = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };

/** Asks a chat model for one answer after another, over HTTP. */
export async function ask({ connOptions, ...where }: Way, phrases: readonly string[]): Promise<string> {
  const model = new LLM({ apiKey: key, ...where });
  let failure: Error | undefined;
  // LiveKit's stream just ends.
  (model as llm.LLM).on('error', ({ error }) => (failure = error));
  const answers: string[] = [];
  try {
    for (const content of phrases) {
      const chatCtx = new llm.ChatContext();
      chatCtx.addMessage({ role: 'user', content });
      answers.push((await model.chat({ chatCtx, connOptions: { ...once, ...connOptions } }).collect()).text);
      if (failure !== undefined) throw failure;
    }
  } finally {
    await model.aclose();
  }
  return answers.join(' ');
}

/** Has a text spoken over HTTP, and reads the words from the voice. */
export async function recite({ connOptions, ...where }: Way, text: string): Promise<string> {
  const model = new TTS({ apiKey: key, ...where });
  let failure: Error | undefined;
  model.on('error', ({ error }) => (failure = error));
  try {
    const pieces: Int16Array[] = [];
    for await (const { frame } of model.synthesize(text, { ...once, ...connOptions })) pieces.push(frame.data);
    if (failure !== undefined) throw failure;
    return await wordsIn(pieces);
  } finally {
    await model.close();
  }
}

/** What somebody is told who does not get what they asked for. */
export async function refusalOf(asked: Promise<unknown>): Promise<Error> {
  const answer = await asked.catch((error: unknown) => error);
  if (answer instanceof Error) return answer;
  throw new Error(`expected an error, got ${JSON.stringify(answer)}`);
}

/** However an error is printed, what nobody may see is not in it. */
export function expectSecret(error: Error, secret: string): void {
  const shown = inspect(error, { depth: 9, showHidden: true });
  for (const each of [secret, key]) ok(!shown.includes(each), `an error shows ${each}`);
}
