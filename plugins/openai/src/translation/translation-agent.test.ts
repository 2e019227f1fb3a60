import { initializeLogger, voice } from '@livekit/agents';
import { AudioFrame, dispose } from '@livekit/rtc-node';
import { plainEar, plainVoice, startLoopback } from '@patchbay/loopback';
import type { Loopback } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeAll, enter, HandedMicrophone, promptly } from '../__fixtures__/room.ts';
import { RealtimeTranslationModel } from './translation-model.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** A caller's microphone. It is never off: without audio an interpreter stands still. */
class Microphone extends HandedMicrophone {
  /** The words, and the silence in which they are translated. */
  async say(text: string): Promise<void> {
    await this.begin(text, text.length);
    this.#play(new Int16Array(24_000 * 4));
  }

  /** So many letters of them. */
  async begin(text: string, letters: number): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    this.#play(new Int16Array(4_800));
    this.#play(samples.subarray(0, (samples.length * letters) / text.length));
  }

  /** The rest. */
  async go(text: string, letters: number): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    this.#play(samples.subarray((samples.length * letters) / text.length));
    this.#play(new Int16Array(24_000 * 4));
  }

  #play(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += 480) {
      const view = samples.subarray(at, at + 480);
      this.push(new AudioFrame(view, 24_000, 1, view.length));
    }
  }
}

/** A loudspeaker that plays at once, and knows which words it played. */
class Loudspeaker extends voice.AudioOutput {
  readonly played: string[] = [];
  #frames: AudioFrame[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    super(24_000, undefined, { pause: false });
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    if (this.#frames.length === 0) this.onPlaybackStarted(Date.now());
    this.#frames.push(frame);
  }

  override flush(): void {
    super.flush();
    const samples = Int16Array.from(this.#frames.flatMap((frame) => [...frame.data]));
    if (this.#frames.length === 0) return;
    this.#frames = [];
    this.onPlaybackFinished({ playbackPosition: samples.length / 24_000, interrupted: false });
    void this.#understand(samples);
  }

  override clearBuffer(): void {}

  /** Resolves when so many utterances were played. */
  async utterances(count: number): Promise<void> {
    while (this.played.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #understand(samples: Int16Array): Promise<void> {
    const listener = await plainEar.listen({ sampleRate: 24_000 });
    this.played.push([...listener.push(samples), ...(await listener.finish())].join('').trim());
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe.each([undefined, 'litellm@1.110'])('an AgentSession with an interpreter, through %s', (gateway) => {
  let cloud: Loopback;
  let model: RealtimeTranslationModel;
  let session: voice.AgentSession;
  let microphone: Microphone;
  let loudspeaker: Loudspeaker;
  const failures: { recoverable: boolean }[] = [];

  beforeEach(async () => {
    failures.length = 0;
    cloud = await startLoopback({ gateway, ...promptly });
    model = new RealtimeTranslationModel({
      targetLanguage: 'es',
      transcriptionModel: 'gpt-realtime-whisper',
      inputSegmentIdle: 100,
      ...(gateway === undefined
        ? { apiKey: 'sk-loopback', baseURL: cloud.url }
        : { gateway: gateways.litellm({ baseURL: cloud.url, apiKey: 'sk-loopback' }) }),
    });
    microphone = new Microphone();
    loudspeaker = new Loudspeaker();
    session = new voice.AgentSession({ llm: model, vad: null, aecWarmupDuration: null });
    enter({ microphone, loudspeaker, failures }, session);
    // A recording that is played all at once does not wait for a socket; a voice does.
    const ready = opened(1);
    await session.start({ agent: new voice.Agent({ instructions: 'Interpret.' }) });
    await ready;
  });

  afterEach(() => closeAll(session, model, cloud));

  afterAll(() => dispose());

  /** When the model's socket of that number has been configured. */
  function opened(epoch: number): Promise<void> {
    return new Promise((resolve) => {
      model.on('connection', (event) => event.type === 'open' && event.epoch === epoch && resolve());
    });
  }

  /** When the service has heard this word. */
  function understood(word: string): Promise<void> {
    return new Promise((resolve) => {
      cloud.on(
        'event',
        ({ name, detail }) => name === 'delta-produced' && String(detail.text).trim() === word && resolve(),
      );
    });
  }

  /** What was said, by whom, as LiveKit remembers it. */
  function history(role: 'user' | 'assistant'): (string | undefined)[] {
    return session.history.items.flatMap((item) =>
      item.type === 'message' && item.role === role ? [item.textContent] : [],
    );
  }

  test('a phrase is heard translated, and the next one after it, and both sides are written down', async () => {
    await microphone.say('good morning');
    await loudspeaker.utterances(1);
    await expect.poll(() => history('user')).toEqual(['good morning']);
    await microphone.say('where is the station');
    await loudspeaker.utterances(2);
    expect(loudspeaker.played).toEqual(['[es] good morning', '[es] where is the station']);
    await expect.poll(() => history('assistant')).toEqual(loudspeaker.played);
    await expect.poll(() => history('user')).toEqual(['good morning', 'where is the station']);
    expect(failures).toEqual([]);
  });

  test('a phrase that is cut in two by a lost socket is heard whole, once', async () => {
    await microphone.say('good morning');
    await loudspeaker.utterances(1);
    const heard = understood('where');
    await microphone.begin('where is the station', 12);
    await heard;
    const again = opened(2);
    cloud.dropSockets(1012, 'restarting');
    await again;
    await microphone.go('where is the station', 12);
    await loudspeaker.utterances(2);
    expect(loudspeaker.played).toEqual(['[es] good morning', '[es] where is the station']);
    // A gateway also says in words what it closes with.
    expect(new Set(failures.map(({ recoverable }) => recoverable))).toEqual(new Set([true]));
  });

  test('asked for a reply it refuses, and goes on to translate', async () => {
    const handle = session.generateReply({ instructions: 'Say hello.' });
    await handle.waitForPlayout();
    await microphone.say('good evening');
    await loudspeaker.utterances(1);
    expect(loudspeaker.played).toEqual(['[es] good evening']);
    expect(failures).toEqual([]);
  });
});
