import { initializeLogger, type llm, voice } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { scriptedMind, startLoopback } from '@patchbay/loopback';
import type { Loopback, MindRequest } from '@patchbay/loopback';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeAll, enter, Loudspeaker, promptly } from '../__fixtures__/room.ts';
import { weather } from '../__fixtures__/weather.ts';
import { Microphone, ObservedModel } from './__fixtures__/room.ts';
import type { GPTLiveSession } from './gpt-live-session.ts';
import type { GPTLiveModelOptions } from './options.ts';
import type { GPTLiveDelegation } from './receiving-session.ts';

initializeLogger({ pretty: false, level: 'silent' });

let cloud: Loopback;
let model: ObservedModel;
let agent: voice.Agent;
let session: voice.AgentSession;
let microphone: Microphone;
let loudspeaker: Loudspeaker;
const failures: { recoverable: boolean }[] = [];
/** What the minds were asked: the voice's and the backend's. */
const asked: MindRequest[] = [];

beforeEach(async () => {
  failures.length = 0;
  asked.length = 0;
  cloud = await startLoopback({
    ...promptly,
    mind: {
      reply(request) {
        asked.push(request);
        return scriptedMind.reply(request);
      },
    },
  });
});
afterEach(() => closeAll(session, model, cloud));
afterAll(() => dispose());

async function call(
  options: GPTLiveModelOptions = {},
  tools: voice.AgentOptions<unknown>['tools'] = [],
): Promise<void> {
  model = new ObservedModel({ apiKey: 'sk-loopback', baseURL: cloud.url, ...options });
  microphone = new Microphone(model);
  loudspeaker = new Loudspeaker();
  agent = new voice.Agent({ instructions: 'Help the caller.', tools });
  session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm', aecWarmupDuration: null });
  enter({ microphone, loudspeaker, failures }, session);
  await session.start({ agent });
}

/** What LiveKit remembers, by role. */
function said(role: llm.ChatRole): string[] {
  return session.history.items.flatMap((item) =>
    item.type === 'message' && item.role === role ? [item.textContent?.trim() ?? ''] : [],
  );
}

test('a turn by voice: heard, answered, remembered on both sides', async () => {
  await call();
  await microphone.say('hello there');
  await loudspeaker.replies(1);
  await microphone.say('thanks and bye');
  await loudspeaker.replies(2);
  expect(loudspeaker.played).toEqual([
    { words: 'Hello! How can I help you?', interrupted: false },
    { words: 'You are welcome. Goodbye!', interrupted: false },
  ]);
  expect(said('user')).toEqual(['hello there', 'thanks and bye']);
  await vi.waitFor(() =>
    expect(said('assistant')).toEqual(['Hello! How can I help you?', 'You are welcome. Goodbye!']),
  );
  expect(asked[0]).toMatchObject({ model: 'gpt-live-1', instructions: 'Help the caller.' });
  expect(failures).toEqual([]);
});

test('a tool of the agent is called by the backend, and its result is said', async () => {
  await call({ responsesOptions: { model: 'gpt-5-mini', instructions: 'Use tools.' } }, [weather]);
  await microphone.say('what is the weather in Bath');
  const heard = (): string => loudspeaker.played.map(({ words }) => words).join(' ');
  for (let count = 1; !heard().includes('rain'); count++) await loudspeaker.replies(count);
  expect(heard()).toBe('One moment. Nothing but rain in Bath.');
  const backend = asked.filter(({ model: name }) => name === 'gpt-5-mini');
  expect(backend).toHaveLength(2);
  expect(backend[0]).toMatchObject({ instructions: 'Use tools.', tools: [{ name: 'weather' }] });
  expect(model.sent.filter(({ type }) => type === 'response.create')).toHaveLength(1);
  const kinds = session.history.items.map(({ type }) => type);
  expect(kinds).toEqual(expect.arrayContaining(['function_call', 'function_call_output']));
  expect(failures).toEqual([]);
});

test('client delegation: the application answers with commentary', async () => {
  await call({ delegation: 'client' });
  const live = agent.duplexSession as GPTLiveSession;
  live.on('delegation_created', ({ id, pendingTranscript }: GPTLiveDelegation) => {
    expect(pendingTranscript).toBe('book a table for two');
    live.appendThinking('The restaurant is asked.', { delegationId: id });
    live.appendCommentary('Seven this evening it is.', { delegationId: id });
  });
  await microphone.say('book a table for two');
  const heard = (): string => loudspeaker.played.map(({ words }) => words).join(' ');
  for (let count = 1; !heard().includes('Seven'); count++) await loudspeaker.replies(count);
  expect(heard()).toMatch(/Seven this evening it is\.$/);
  expect(failures).toEqual([]);
});

test('a caller who speaks while it speaks is heard: the model itself stops, and what it said is remembered', async () => {
  await call();
  microphone.interrupt({
    cue: (event) => event.type === 'session.output_transcript.delta' && event.delta?.includes('lighthouse') === true,
    ready: () => loudspeaker.playing(),
    text: 'thanks and bye',
  });
  await microphone.say('tell me a story');
  await loudspeaker.replies(2);
  const [cut, last] = loudspeaker.played;
  expect(cut!.words).toMatch(/^Once upon a time a ligh/);
  expect(cut!.words).not.toContain('radios');
  expect(last).toEqual({ words: 'You are welcome. Goodbye!', interrupted: false });
  expect(said('user')).toEqual(['tell me a story', 'thanks and bye']);
  await vi.waitFor(() => expect(said('assistant')).toHaveLength(2));
  expect(said('assistant')[0]).toMatch(/^Once upon a time a lighthouse/);
  expect(failures).toEqual([]);
});

test('asked to speak first, it does', async () => {
  await call();
  await session.generateReply({ instructions: 'Say "Good morning, Ada."' }).waitForPlayout();
  await loudspeaker.replies(1);
  expect(loudspeaker.played[0]!.words).toBe('Good morning, Ada.');
  await vi.waitFor(() => expect(said('assistant')).toEqual(['Good morning, Ada.']));
});

test('a socket that is dropped in the middle of a call is not the end of it, nor of what was said', async () => {
  await call();
  await microphone.say('hello there');
  await loudspeaker.replies(1);
  const restarted = new Promise<void>((resolve) => {
    model.observe((event) => event.type === 'session.started' && resolve());
  });
  cloud.dropSockets(1012, 'restarting');
  await restarted;
  await microphone.say('thanks and bye');
  await loudspeaker.replies(2);
  expect(loudspeaker.played[1]!.words).toBe('You are welcome. Goodbye!');
  expect(asked.at(-1)!.turns).toEqual([
    { role: 'user', text: 'hello there' },
    { role: 'assistant', text: 'Hello! How can I help you?' },
    { role: 'user', text: 'thanks and bye' },
  ]);
  expect(failures.map(({ recoverable }) => recoverable)).toEqual([true]);
});

test('tools of an agent beside client delegation are refused at the start, by name', async () => {
  model = new ObservedModel({ apiKey: 'sk-loopback', baseURL: cloud.url, delegation: 'client' });
  session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm' });
  session.input.audio = new Microphone(model);
  session.output.audio = new Loudspeaker();
  agent = new voice.Agent({ instructions: 'Help.', tools: [weather] });
  await expect(session.start({ agent })).rejects.toThrow(/weather/);
  expect(cloud.requests).toHaveLength(0);
});
