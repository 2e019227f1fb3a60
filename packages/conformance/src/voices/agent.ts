import { voice } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useVoices, type BoothVoice } from '../testing/booth.ts';
import { Loudspeaker } from '../testing/loudspeaker.ts';

const tale = 'Once upon a time a keeper kept a garden of radios. Every evening he tuned them to the sea.';

/** What a caller hears of an AgentSession with a voice. `sockets`: as many as it may take for three turns. Default 2. */
export function describeSpeakingAgent(name: string, create: (origin: string) => BoothVoice, sockets: number = 2): void {
  useVoices();

  describe(`an AgentSession with ${name}`, () => {
    let cloud: Loopback;
    let tts: BoothVoice;
    let session: voice.AgentSession;
    let loudspeaker: Loudspeaker;
    const failures: unknown[] = [];

    beforeEach(async () => {
      failures.length = 0;
      cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
      tts = create(cloud.origin);
      loudspeaker = new Loudspeaker();
      session = new voice.AgentSession({ tts, vad: null, aecWarmupDuration: null });
      session.on(voice.AgentSessionEventTypes.Error, ({ error }) => failures.push(error));
      session.output.audio = loudspeaker;
      await session.start({ agent: new voice.Agent({ instructions: 'Tell stories.' }) });
    });

    afterEach(async () => {
      await session.close();
      await tts.close();
      await cloud.close();
    });
    afterAll(() => dispose());

    it('speaks, is interrupted, and says the next thing, whole', async () => {
      await session.say('Hello! How can I help you?').waitForPlayout();
      await loudspeaker.replies(1);
      loudspeaker.hold = true;
      const speech = session.say(tale);
      await loudspeaker.playing();
      speech.interrupt();
      await speech.waitForPlayout();
      await session.say('As you like. Good night, then.').waitForPlayout();
      await loudspeaker.replies(3);
      const [hello, cut, bye] = loudspeaker.played;
      expect(hello).toEqual({ words: 'Hello! How can I help you?', interrupted: false });
      expect(cut!.interrupted).toBe(true);
      expect(tale.startsWith(cut!.words.slice(0, 10))).toBe(true);
      expect(bye).toEqual({ words: 'As you like. Good night, then.', interrupted: false });
      expect(failures).toEqual([]);
      expect(cloud.requests.length).toBeLessThanOrEqual(sockets);
    });

    it('goes on after its socket was lost between two turns', async () => {
      await session.say('The first thing.').waitForPlayout();
      const closed = new Promise<void>((resolve) => tts.on('connection', ({ type }) => type === 'closed' && resolve()));
      cloud.dropSockets(1012, 'restarting');
      await closed;
      await session.say('The second thing.').waitForPlayout();
      await loudspeaker.replies(2);
      expect(loudspeaker.played.map(({ words }) => words)).toEqual(['The first thing.', 'The second thing.']);
      expect(failures).toEqual([]);
    });
  });
}
