import { llm, voice } from '@livekit/agents';
import { z } from 'zod';
import type { Attack } from './fire/attack.ts';
import type { ToolCall } from './record.ts';

/** What the caller does, phrase by phrase. */
export interface Step {
  say: string;
  /** Milliseconds of this reply after which the caller says the next phrase. Otherwise he listens to the end. */
  interruptAfterMs?: number;
  /** The whole answer, where it is known. Without it whatever is said first is one. */
  answer?: string;
  /** What goes wrong meanwhile. */
  attack?: Attack;
}

export const script: readonly Step[] = [
  { say: 'What is the weather in Paris tomorrow?' },
  { say: 'Please tell me a story about the sea.', interruptAfterMs: 8_000 },
  { say: 'Sorry, please book a table for two at seven.' },
  { say: 'Thank you and goodbye.' },
];

/** As much as shows that hearing, speaking and being interrupted work. */
export const shortScript: readonly Step[] = [
  { say: 'What is the weather in Paris tomorrow?' },
  { say: 'Please tell me a story about the sea.', interruptAfterMs: 3_000 },
  { say: 'Thank you and goodbye.' },
];

/** Tools that must have been called in the end. */
export const toolsExpected: readonly string[] = ['lookUpWeather'];

export const callerVoice = 'echo';
export const agentVoice = 'alloy';

const forecast = 'It will be sunny in Paris tomorrow, with a high of twenty four degrees.';

/** A real LiveKit agent with one real tool. */
export function createAgent(onToolCall: (call: Omit<ToolCall, 'from' | 'to'>, startedAt: number) => void): voice.Agent {
  return new voice.Agent({
    instructions:
      'You are a friendly assistant on the telephone. Answer in one or two short sentences; tell stories in four.',
    tools: {
      lookUpWeather: llm.tool({
        description: 'Looks up the weather forecast for a city.',
        parameters: z.object({ city: z.string() }),
        execute: async (parameters) => {
          const startedAt = Date.now();
          onToolCall({ name: 'lookUpWeather', arguments: parameters.city, result: forecast }, startedAt);
          return forecast;
        },
      }),
    },
  });
}
