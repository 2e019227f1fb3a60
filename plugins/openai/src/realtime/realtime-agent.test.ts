import { initializeLogger, voice } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { scriptedMind, startLoopback } from '@patchbay/loopback';
import type { Loopback, Mind, Turn } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeAll, enter, Loudspeaker, promptly } from '../__fixtures__/room.ts';
import { weather } from '../__fixtures__/weather.ts';
import { Microphone, ObservedModel } from './__fixtures__/room.ts';
import type { RealtimeModelOptions } from './options.ts';
import type { RealtimeSession } from './realtime-session.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'sk-loopback';

/** Ways to the service, each with what a model is told to take it. */
const ways: { gateway?: string; options(baseURL: string): RealtimeModelOptions }[] = [
  { options: (baseURL) => ({ apiKey, baseURL }) },
  { gateway: 'litellm', options: (baseURL) => ({ gateway: gateways.litellm({ baseURL, apiKey }) }) },
  { gateway: 'litellm@1.105', options: (baseURL) => ({ gateway: gateways.litellm({ baseURL, apiKey }) }) },
  { gateway: 'azure', options: (baseURL) => ({ gateway: gateways.azure({ baseURL, apiKey }) }) },
  { gateway: 'azure-legacy', options: (baseURL) => ({ gateway: gateways.azureLegacy({ baseURL, apiKey }) }) },
];

describe.each(ways)('an AgentSession through $gateway', ({ gateway, options }) => {
  let cloud: Loopback;
  let model: ObservedModel;
  let session: voice.AgentSession;
  let microphone: Microphone;
  let loudspeaker: Loudspeaker;
  const failures: { recoverable: boolean }[] = [];
  /** What the model was given to answer, each time. */
  const asked: (readonly Turn[])[] = [];
  const mind: Mind = {
    reply(request) {
      asked.push(request.turns);
      return scriptedMind.reply(request);
    },
  };

  beforeEach(async () => {
    failures.length = 0;
    asked.length = 0;
    cloud = await startLoopback({ gateway, mind, ...promptly });
    model = new ObservedModel({ turnDetection: { type: 'server_vad' }, ...options(cloud.url) });
    microphone = new Microphone();
    loudspeaker = new Loudspeaker();
    session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm', aecWarmupDuration: null });
    enter({ microphone, loudspeaker, failures }, session);
    await session.start({ agent: new voice.Agent({ instructions: 'Help the caller.', tools: [weather] }) });
  });

  afterEach(() => closeAll(session, model, cloud));

  afterAll(() => dispose());

  test('hears every word, answers, calls a tool, is interrupted, and remembers what was heard', async () => {
    expect([...model.sessions]).toHaveLength(1);
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    expect(loudspeaker.played[0]).toEqual({ words: 'Hello! How can I help you?', interrupted: false });

    await microphone.say('what is the weather in Bath');
    await loudspeaker.replies(2);
    expect(loudspeaker.played[1]).toEqual({ words: 'Nothing but rain in Bath.', interrupted: false });

    loudspeaker.hold = true;
    await microphone.say('tell me a story');
    await loudspeaker.playing();
    await microphone.say('thanks and bye');
    await loudspeaker.replies(4);
    const [, , cut, last] = loudspeaker.played;
    expect(cut!.interrupted).toBe(true);
    expect(cut!.words).toMatch(/^Once upon a time/);
    expect(last).toEqual({ words: 'You are welcome. Goodbye!', interrupted: false });

    const truncation = model.spoken.find((event) => event.type === 'conversation.item.truncate');
    expect(truncation?.audio_end_ms).toBeGreaterThan(0);
    const said = session.history.items.flatMap((item) =>
      item.type === 'message' && item.role === 'user' ? [item.textContent] : [],
    );
    expect(said).toEqual(['hello there', 'what is the weather in Bath', 'tell me a story', 'thanks and bye']);
    expect(loudspeaker.played).toHaveLength(4);
    expect(failures).toEqual([]);
  });

  /** The goodbye was answered by somebody who knew what was said before. */
  function expectTheCallToGoOn(): void {
    expect(loudspeaker.played[1]).toEqual({ words: 'You are welcome. Goodbye!', interrupted: false });
    expect(asked.map((turns) => turns.map(({ role, text }) => `${role}: ${text}`))).toContainEqual([
      'user: hello there',
      'assistant: Hello! How can I help you?',
      'user: thanks and bye',
    ]);
  }

  test('a socket that is dropped in the middle of a call is not the end of it, nor of what was said', async () => {
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    const reopened = new Promise<void>((resolve) => {
      model.on('connection', (event) => event.type === 'open' && event.epoch === 2 && resolve());
    });
    cloud.dropSockets(1012, 'restarting');
    await reopened;
    await microphone.say('thanks and bye');
    await loudspeaker.replies(2);
    expectTheCallToGoOn();
    // A gateway also says in words what it closes with.
    expect(new Set(failures.map(({ recoverable }) => recoverable))).toEqual(new Set([true]));
  });

  test('reconnect() in the middle of a call is heard by nobody', async () => {
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    const [realtime] = model.sessions;
    const reopened = new Promise<void>((resolve) => realtime!.once('session_reconnected', () => resolve()));
    (realtime as RealtimeSession).reconnect();
    await reopened;
    await microphone.say('thanks and bye');
    await loudspeaker.replies(2);
    expectTheCallToGoOn();
    expect(failures).toEqual([]);
  });

  test('a reply that is asked for is one reply, with the choice of tools that it was given', async () => {
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    await session.generateReply({ instructions: 'Say "One moment, please."', toolChoice: 'none' }).waitForPlayout();
    await session.generateReply({ userInput: 'what is the weather in Bath', toolChoice: 'none' }).waitForPlayout();
    await loudspeaker.replies(3);
    expect(loudspeaker.played.map(({ words }) => words)).toEqual([
      'Hello! How can I help you?',
      'One moment, please.',
      'It will be sunny in Paris tomorrow, with a high of twenty four degrees.',
    ]);
    expect(session.history.items.some(({ type }) => type === 'function_call')).toBe(false);
    expect(failures).toEqual([]);
  });
});
