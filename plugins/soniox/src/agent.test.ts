import { initializeLogger } from '@livekit/agents';
import { call, expectTurnByTurn, until } from '@patchbay/conformance/testing';
import { beforeAll, expect, it } from 'vitest';
import { STT } from './index.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

it('an AgentSession hears and answers turn by turn, over a connection that breaks', () =>
  expectTurnByTurn(({ origin }) => new STT({ apiKey: 'k', baseUrl: origin })));

it('an AgentSession is given the translation, and tells it as what the caller said', async () => {
  const translation = { type: 'one_way', targetLanguage: 'es' } as const;
  const made = await call(({ origin }) => new STT({ apiKey: 'k', baseUrl: origin, translation }));
  await made.microphone.say('Where is the station?');
  await until(() => made.notebook.asked.length === 1);
  expect(made.notebook.asked).toEqual(['[es] Where is the station?']);
  expect(made.errors).toEqual([]);
});
