import { ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { LLM, TTS } from '@patchbay/openai';
import { ending } from '../talk/call.ts';
import { Chat } from '../talk/chat.ts';
import { Reading } from '../talk/reading.ts';
import { wordsIn } from '../talk/sound.ts';
import { key, type Way } from './ways.ts';

const once = { maxRetry: 0 };

/** Asks a chat model for one answer after another, over HTTP. */
export function ask({ connOptions, ...where }: Way, phrases: readonly string[]): Promise<string> {
  const model = new LLM({ apiKey: key, ...where });
  return ending(new Chat(model, { ...once, ...connOptions }), async (chat) => {
    const answers: string[] = [];
    for (const phrase of phrases) answers.push(await chat.answer(phrase));
    return answers.join(' ');
  });
}

/** Has a text spoken over HTTP, and reads the words from the voice. */
export function recite({ connOptions, ...where }: Way, text: string): Promise<string> {
  const model = new TTS({ apiKey: key, ...where });
  return ending(new Reading(model, { ...once, ...connOptions }), async (reading) => {
    return wordsIn(await reading.sound(text));
  });
}

/** However an error is printed, what nobody may see is not in it. */
export function expectSecret(error: Error, secret: string): void {
  const shown = inspect(error, { depth: 9, showHidden: true });
  for (const each of [secret, key]) ok(!shown.includes(each), `an error shows ${each}`);
}
