import { initializeLogger, type stt } from '@livekit/agents';
import { call, expectTurnByTurn, finalsOf, until } from '@patchbay/conformance/testing';
import type { Loopback } from '@patchbay/loopback';
import { beforeAll, expect, it } from 'vitest';
import { STT, STTv2 } from './index.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

it.each<[string, (cloud: Loopback) => stt.STT]>([
  ['Nova', ({ origin }) => new STT({ apiKey: 'k', baseUrl: origin })],
  ['Flux', ({ origin }) => new STTv2({ apiKey: 'k', endpointUrl: `${origin}/v2/listen` })],
])('an AgentSession hears and answers turn by turn with %s, over a connection that breaks', (_name, create) =>
  expectTurnByTurn(create),
);

it.each([
  ['before the turn has ended, where Flux guesses its end', 0.4, 1],
  ['when it has ended, where Flux does not', undefined, 0],
])('an AgentSession begins its answer %s', async (_when, eagerEotThreshold, askedByThen) => {
  const made = await call(({ origin }) => {
    const eager = eagerEotThreshold === undefined ? {} : { eagerEotThreshold };
    return new STTv2({ apiKey: 'k', endpointUrl: `${origin}/v2/listen`, eotThreshold: 0.9, ...eager });
  });
  await made.microphone.say('Where is the station?');
  await until(() => made.notebook.asked.length > 0 && finalsOf(made).length === 1);
  expect(made.askedAtFinal).toBe(askedByThen);
  expect(made.notebook.asked).toEqual(['Where is the station?']);
  expect(made.errors).toEqual([]);
});
