import { startLoopback } from '@patchbay/loopback';
import type { Loopback, LoopbackOptions, Mind, MindOutput, MindRequest } from '@patchbay/loopback';
import { onTestFinished } from 'vitest';

/** A cloud that is as fast as it can be, until the test is over. */
export async function cloudOf(mind: NonNullable<LoopbackOptions['mind']>, more: LoopbackOptions = {}): Promise<Loopback> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  const cloud = await startLoopback({ voice: 'plain', mind, pace, ...more });
  onTestFinished(() => cloud.close());
  return cloud;
}

/** A call of the tool that tells the weather. */
export function weatherIn(city: string): MindOutput {
  return { type: 'call', name: 'weather', arguments: JSON.stringify({ city }) };
}

/**
 * A cloud that repeats what it is told, and what its mind was asked: the conversation as the server has it. At
 * `weather?` it says these things; `a story` has no end, and `break` breaks it.
 */
export async function repeatingCloud(
  weather: readonly MindOutput[],
  more: LoopbackOptions = {},
): Promise<{ cloud: Loopback; thoughts: MindRequest[] }> {
  const thoughts: MindRequest[] = [];
  const mind: Mind = {
    async *reply(request) {
      thoughts.push(request);
      const text = request.turns.at(-1)?.text ?? '';
      if (text === 'weather?') {
        yield* weather;
      } else if (text === 'break') {
        yield { type: 'text', text: 'so ' };
        throw new Error('the mind is gone');
      } else if (text === 'a story') {
        for (let word = 0; !request.signal.aborted; word++) {
          yield { type: 'text', text: `word${word} ` };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } else {
        yield* [{ type: 'text', text: 're: ' } as const, { type: 'text', text } as const];
      }
    },
  };
  return { cloud: await cloudOf(mind, more), thoughts };
}
