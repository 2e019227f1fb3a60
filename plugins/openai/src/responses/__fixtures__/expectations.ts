import { llm } from '@livekit/agents';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { expect } from 'vitest';
import { z } from 'zod';
import { Conversation, failuresOf, watch } from './conversation.ts';

// What is expected of every language model, in the words of its own tests.

/** A tool that LiveKit can make no schema of is one error event, and no answer. */
export async function expectOddToolTold(model: llm.LLM): Promise<void> {
  const parameters = z.object({ city: z.string().optional() });
  const odd = llm.tool({ name: 'odd', description: 'odd', parameters, execute: async () => '' });
  const failures = failuresOf(model);
  const heard = await new Conversation(model, { toolCtx: [odd] }).turn('hello');
  expect(heard.text).toBe('');
  expect(failures).toMatchObject([{ recoverable: false, error: { message: expect.stringMatching(/optional/i) as string } }]);
}

/** A server that wants three seconds of peace, and then says `here`, is asked no sooner. */
export async function expectPeace(model: llm.LLM, at: { clock: ManualClock; asked: unknown[] }): Promise<void> {
  failuresOf(model);
  const waits = watch(at.clock);
  const heard = new Conversation(model).turn('hello');
  await waits(3_000);
  await at.clock.advance(2_999);
  expect(at.asked).toHaveLength(1);
  await at.clock.advance(1);
  expect((await heard).text).toBe('here');
}
