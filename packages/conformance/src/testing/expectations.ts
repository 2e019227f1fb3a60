import type { stt as livekit } from '@livekit/agents';
import type { Loopback } from '@patchbay/loopback';
import { expect } from 'vitest';
import { call, finalsOf } from './call.ts';
import { until, type Hearing } from './hearing.ts';
import type { Listening } from './listening.ts';
import { speechFrames } from './speech-frames.ts';

// What is expected of every provider's speech to text, in the words of its own tests.

type Session = Pick<Listening<livekit.SpeechStream, never>, 'cloud' | 'clock' | 'say'> & {
  hearing: Hearing<livekit.SpeechStream>;
};

/** Two things are said, and each is one START, its transcripts and one END. */
export async function expectTwoPhrases({ hearing, say }: Session): Promise<void> {
  await say('Where is the station?');
  await until(() => hearing.story().endsWith('>'));
  await say('Tell me.');
  await until(() => hearing.story().endsWith('Tell me.>'));
  expect(hearing.story()).toBe('<Where is the station?><Tell me.>');
  expect(hearing.errors).toEqual([]);
}

/** A connection that is lost in the middle of a phrase costs no word of it. */
export async function expectWholePhrase({ hearing, clock, cloud }: Session): Promise<void> {
  const frames = await speechFrames('When does the last ferry leave?', { silenceMs: 1_500, sampleRate: 16_000 });
  const third = Math.floor(frames.length / 3);
  for (const frame of frames.slice(0, third)) hearing.stream.pushFrame(frame);
  await until(() => hearing.events.length > 0);
  cloud.dropSockets();
  const isLost = ({ type }: { type: string }): boolean => type === 'closed' || type === 'reconnecting';
  await until(() => hearing.connection.some(isLost));
  await clock.advance(1_000);
  for (const frame of frames.slice(third)) hearing.stream.pushFrame(frame);
  expect(await hearing.finals(1)).toEqual(['When does the last ferry leave?']);
  expect(hearing.errors).toEqual([]);
}

/** An AgentSession answers two turns, between which its connection breaks. */
export async function expectTurnByTurn(create: (cloud: Loopback) => livekit.STT): Promise<void> {
  const made = await call(create);
  await made.microphone.say('Where is the station?');
  await until(() => made.notebook.asked.length === 1);
  made.cloud.dropSockets();
  await made.microphone.say('Tell me.');
  await until(() => made.notebook.asked.length === 2);
  expect(made.notebook.asked).toEqual(['Where is the station?', 'Tell me.']);
  expect(finalsOf(made)).toEqual(['Where is the station?', 'Tell me.']);
  expect(made.states.slice(0, 2)).toEqual(['speaking', 'listening']);
  expect(made.errors).toEqual([]);
}

/** What is made of this option is a PatchbayError that names it. */
export function expectRefusal(option: string, create: () => unknown): void {
  expect(create).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) as string }),
  );
}
