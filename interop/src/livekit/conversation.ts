import type { Caller } from './caller.ts';

/** One phrase of the caller, and the whole answer to it. */
export interface Exchange {
  say: string;
  answer: string;
}

/** What an agent says that is asked to greet. */
export const greeting = 'Hello! How can I help you?';

/**
 * WebRTC plays what arrives in time and bridges what does not, so that on a machine that is busy enough a word is lost.
 * People say it again then.
 */
const askings = 5;

/** Holds one exchange, word for word: what the agent understood, and all that the caller heard. */
export async function exchange(caller: Caller, { say, answer }: Exchange): Promise<void> {
  await again(caller, say, async () => {
    await caller.say(say);
    return differs(caller, { say, answer });
  });
}

/** Has a long answer begun, and cuts it off with the next phrase. */
export async function cutOff(caller: Caller, long: Exchange, next: Exchange): Promise<void> {
  await again(caller, long.say, async () => {
    await caller.say(long.say);
    await caller.hearsWords();
    const { understood } = caller;
    const beginning = caller.takeHeard();
    if (understood !== long.say) return `the agent understood “${understood}”`;
    if (beginning === '' || !long.answer.startsWith(beginning)) return `the caller heard “${beginning}”`;
    await caller.say(next.say);
    const heard = `${beginning} ${caller.takeHeard()}`.trim();
    if (!long.answer.startsWith(heard) || heard === long.answer) return `of what was cut off was heard “${heard}”`;
    return differs(caller, next);
  });
}

/** What is not as it should be after a phrase; `undefined`: everything is. */
async function differs(caller: Caller, { say, answer }: Exchange): Promise<string | undefined> {
  const heard = await caller.listens(answer);
  if (caller.understood !== say) return `the agent understood “${caller.understood}”`;
  return heard === answer ? undefined : `the caller heard “${heard}”`;
}

async function again(caller: Caller, phrase: string, attempt: () => Promise<string | undefined>): Promise<void> {
  for (let left = askings; ; left--) {
    const difference = await attempt();
    if (difference === undefined) return;
    if (left === 1) throw new Error(`“${phrase}” was said ${askings} times, and in the end ${difference}`);
    await caller.waits();
  }
}
