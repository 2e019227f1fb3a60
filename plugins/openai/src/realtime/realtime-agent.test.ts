import { ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import { initializeLogger, llm, voice } from '@livekit/agents';
import { AudioFrame, dispose } from '@livekit/rtc-node';
import { plainEar, plainVoice, scriptedMind, startLoopback } from '@patchbay/loopback';
import type { Loopback, Mind, Turn } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ClientEvent } from './api-proto.ts';
import { RealtimeModel } from './realtime-model.ts';
import type { RealtimeSession } from './realtime-session.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** A caller's microphone: says what it is told to, then is silent for as long as a voice detector needs. */
class Microphone extends voice.AudioInput {
  #controller!: ReadableStreamDefaultController<AudioFrame>;

  constructor() {
    super();
    this.multiStream.addInputStream(
      new ReadableStream({ start: (controller) => void (this.#controller = controller) }),
    );
  }

  async say(text: string): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    const all = new Int16Array(samples.length + 24_000 * 1.2);
    all.set(samples, 24_000 * 0.2);
    // Views of one memory, as some transports hand them over.
    for (let at = 0; at < all.length; at += 480) {
      const view = all.subarray(at, at + 480);
      this.#controller.enqueue(new AudioFrame(view, 24_000, 1, view.length));
    }
  }
}

/** A loudspeaker that plays at once, or holds a reply half played until it is interrupted. */
class Loudspeaker extends voice.AudioOutput {
  hold = false;
  readonly played: { words: string; interrupted: boolean }[] = [];
  #frames: Int16Array[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    super(24_000, undefined, { pause: false });
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    if (this.#frames.length === 0) this.onPlaybackStarted(Date.now());
    this.#frames.push(Int16Array.from(frame.data));
    this.#tell();
  }

  override flush(): void {
    super.flush();
    if (this.#frames.length > 0 && !this.hold) this.#finish(1, false);
  }

  override clearBuffer(): void {
    this.hold = false;
    if (this.#frames.length > 0) this.#finish(0.5, true);
  }

  /** Resolves when so many replies were played, to the end or not. */
  async replies(count: number): Promise<void> {
    while (this.played.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when a reply has begun to play and goes on. */
  async playing(): Promise<void> {
    while (this.#frames.length < 3) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #finish(share: number, interrupted: boolean): void {
    const all = Int16Array.from(this.#frames.flatMap((frame) => [...frame]));
    this.#frames = [];
    const heard = all.subarray(0, Math.floor(all.length * share));
    this.onPlaybackFinished({ playbackPosition: heard.length / 24_000, interrupted });
    void wordsIn(heard).then((words) => {
      this.played.push({ words, interrupted });
      this.#tell();
    });
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function wordsIn(samples: Int16Array): Promise<string> {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  return [...listener.push(samples), ...(await listener.finish())].join('').trim();
}

/** Remembers what its sessions said to the service. */
class ObservedModel extends RealtimeModel {
  readonly spoken: ClientEvent[] = [];

  override session(): RealtimeSession {
    const session = super.session();
    session.on('openai_client_event_queued', (event: ClientEvent) => this.spoken.push(event));
    return session;
  }
}

const weather = llm.tool({
  name: 'weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `Nothing but rain in ${city}.`,
});

describe.each([undefined, 'litellm', 'litellm@1.105'])('an AgentSession through %s', (gateway) => {
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
    cloud = await startLoopback({
      gateway,
      mind,
      voice: 'plain',
      ear: plainEar,
      pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    });
    model = new ObservedModel({
      turnDetection: { type: 'server_vad' },
      ...(gateway === undefined
        ? { apiKey: 'sk-loopback', baseURL: cloud.url }
        : { gateway: gateways.litellm({ baseURL: cloud.url, apiKey: 'sk-loopback' }) }),
    });
    microphone = new Microphone();
    loudspeaker = new Loudspeaker();
    session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm', aecWarmupDuration: null });
    session.on(voice.AgentSessionEventTypes.Error, (event: { error: { recoverable: boolean } }) =>
      failures.push(event.error),
    );
    session.input.audio = microphone;
    session.output.audio = loudspeaker;
    await session.start({ agent: new voice.Agent({ instructions: 'Help the caller.', tools: [weather] }) });
  });

  afterEach(async () => {
    await session.close();
    await model.close();
    await cloud.close();
  });

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
    expect(loudspeaker.played[1]).toEqual({ words: 'You are welcome. Goodbye!', interrupted: false });
    expect(asked.map((turns) => turns.map(({ role, text }) => `${role}: ${text}`))).toContainEqual([
      'user: hello there',
      'assistant: Hello! How can I help you?',
      'user: thanks and bye',
    ]);
    // A gateway also says in words what it closes with.
    expect(new Set(failures.map(({ recoverable }) => recoverable))).toEqual(new Set([true]));
  });
});
