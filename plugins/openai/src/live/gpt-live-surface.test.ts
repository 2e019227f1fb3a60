import { initializeLogger, llm } from '@livekit/agents';
import * as upstream from '@livekit/agents-plugin-openai';
import { expect, test } from 'vitest';
import * as ours from '../index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const key = { apiKey: 'sk-1' };
const silent = llm.ToolContext.empty();

test.each([{}, { delegation: 'client' as const }, { model: 'gpt-live-2', baseURL: 'https://eu.api.openai.com/v1' }])(
  'a model looks as the one of @livekit/agents-plugin-openai 1.9 does: %o',
  (options) => {
    const [mine, theirs] = [
      new ours.realtime.GPTLiveModel({ ...key, ...options }),
      new upstream.realtime.GPTLiveModel({ ...key, ...options }),
    ];
    expect(mine).toBeInstanceOf(llm.DuplexModel);
    for (const name of ['model', 'provider'] as const) expect(mine[name]).toBe(theirs[name]);
    expect(mine.label()).toBe(theirs.label());
    expect(mine.capabilities).toEqual(theirs.capabilities);
    expect(mine.audioGate()).toEqual(theirs.audioGate());
    const { model, voice, delegation, responsesOptions, maxSessionDuration } = theirs._opts;
    expect(mine._opts).toMatchObject({ model, voice, delegation, responsesOptions, maxSessionDuration });
    expect(mine._opts.connOptions).toMatchObject({ timeoutMs: theirs._opts.connOptions.timeoutMs });
  },
);

test('a session has every public member of the one of @livekit/agents-plugin-openai 1.9', async () => {
  const [mine, theirs] = [
    new ours.realtime.GPTLiveModel(key).session(),
    new upstream.realtime.GPTLiveModel({ ...key, baseURL: 'http://127.0.0.1:1/v1' }).session(),
  ];
  theirs.on('error', () => {});
  const members =
    'sessionId audioStream tools sendEvent pushAudio appendInstructions appendThinking appendCommentary muteInput ' +
    'unmuteInput close capabilities duplexModel pushVideo _updateSession _updateInstructions _updateTools _appendItems ' +
    '_generateReply _updateOptions';
  for (const name of members.split(' ')) {
    expect(name in mine, name).toBe(name in theirs);
    expect(typeof Reflect.get(mine, name), name).toBe(typeof Reflect.get(theirs, name));
  }
  expect(mine).toBeInstanceOf(llm.DuplexSession);
  expect(mine.audioStream).toBeInstanceOf(ReadableStream);
  expect(mine.tools.flatten()).toEqual(silent.flatten());
  await Promise.all([mine.close(), theirs.close()]);
});

test.each([
  [{ voice: ' ' }, /voice/],
  [{ delegation: 'other' as 'client' }, /delegation/],
  [{ maxSessionDuration: 0 }, /maxSessionDuration/],
  [{ responsesOptions: { maxOutputTokens: 8 } }, /responsesOptions\.maxOutputTokens/],
  [{ responsesOptions: { toolChoice: 'some' as 'auto' } }, /responsesOptions\.toolChoice/],
  [{ responsesOptions: { serviceTier: 'fast' as 'flex' } }, /responsesOptions\.serviceTier/],
  [{ connOptions: { maxRetry: -1 } }, /connOptions\.maxRetry/],
])('an option that cannot work is refused by name: %o', (options, name) => {
  let error: unknown;
  try {
    new ours.realtime.GPTLiveModel({ ...key, ...options });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'invalid-option', message: expect.stringMatching(name) as string });
});

test('a gateway that relays client delegation only wants it said, at construction', () => {
  const gateway = ours.gateways.vercel({ apiKey: 'vck-1' });
  expect(() => new ours.realtime.GPTLiveModel({ gateway })).toThrow(/Vercel.*set `delegation: 'client'`/);
  const model = new ours.realtime.GPTLiveModel({ gateway, model: 'openai/gpt-live-1', delegation: 'client' });
  expect(model.connection.redacted).toBe('wss://ai-gateway.vercel.sh/v1/live/sessions');
});

test('a gateway without GPT-Live says so at construction, and what to use instead', () => {
  const gateway = ours.gateways.portkey({ baseURL: 'https://portkey.example.com', apiKey: 'pk', provider: 'openai' });
  expect(() => new ours.realtime.GPTLiveModel({ ...key, gateway })).toThrow(/GPT-Live.*realtime\.RealtimeModel/);
});
