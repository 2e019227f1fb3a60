import { inspect } from 'node:util';
import type { LoopbackOptions } from '@patchbay/loopback';
import { describe, expect, it } from 'vitest';
import { useVoices, type Booth, type BoothVoice } from '../testing/booth.ts';
import { until } from '../testing/hearing.ts';
import { speak, wordsIn } from '../testing/speaking.ts';

/** A kind of voice. */
export interface VoiceKind {
  /** As LiveKit is told: `deepgram.TTS`, `Deepgram`. */
  label: string;
  provider: string;
  /** Its key is `test-key`. */
  open: (options?: { apiKey?: string }, more?: LoopbackOptions) => Promise<Booth<BoothVoice & Voice>>;
  /** Of its sockets. */
  path: string;
  /** Turns that share one. Default 1. */
  turnsPerSocket?: number;
  /** Its service names the connection, or the turn. Default true. */
  namesRequests?: boolean;
  /** Behind which message it is when it says no more. Default 1. */
  mutedAfter?: number;
}

type Voice = { prewarm(): void; close(): Promise<void> };

const tale = 'Once upon a time a keeper kept a garden of radios. Every evening he tuned them to the sea.';
const slow = { pace: { firstTokenMs: 50, tokenMs: 0, audioMs: 100 } };

/** What every voice on a socket owes a call. */
export function describeVoice(kind: VoiceKind): void {
  const { label, provider, open, path, turnsPerSocket = 1, namesRequests = true, mutedAfter = 1 } = kind;
  useVoices();

  describe(label, () => {
    it('says what is written into it, while it is being written, as one segment', async () => {
      const { model, errors, metrics } = await open();
      const speaking = speak(model);
      speaking.stream.pushText('Once upon a time a keeper kept a garden of radios. Every evening he');
      await until(() => speaking.audio.length > 0);
      speaking.stream.pushText(' tuned them to the sea.');
      speaking.stream.endInput();
      await speaking.over;
      expect(await speaking.words()).toBe(tale);
      expect([speaking.audio.filter(({ final }) => final).length, speaking.ends, errors]).toEqual([1, 1, []]);
      await until(() => metrics.length === 1);
      expect(metrics).toMatchObject([{ streamed: true, label, charactersCount: tale.length }]);
      expect([model.label, model.provider]).toEqual([label, provider]);
    });

    it.each([
      ['Nothing but words', 'Grüße aus Łódź, it’s 20 °C — 完璧!'],
      ['one word', 'Yes.'],
      ['many sentences', Array.from({ length: 12 }, (_, n) => `This is sentence number ${n}.`).join(' ')],
    ])('says %s, whole', async (_what, text) => {
      const { model, errors } = await open();
      const speaking = speak(model, text);
      await speaking.over;
      expect(await speaking.words()).toBe(text);
      expect(errors).toEqual([]);
    });

    it.each(['', '   ', '\n'])('opens no socket for %j', async (nothing) => {
      const { model, cloud, errors } = await open();
      await speak(model, nothing).over;
      expect([cloud.requests.length, errors]).toEqual([0, []]);
    });

    it('says turn after turn on one socket, and texts by themselves too', async () => {
      const { model, cloud, errors, metrics } = await open();
      for (const text of ['The first turn.', 'The second turn.']) {
        const speaking = speak(model, text);
        await speaking.over;
        expect(await speaking.words()).toBe(text);
      }
      const frames: Int16Array[] = [];
      for await (const { frame } of model.synthesize('A text by itself.')) frames.push(frame.data);
      expect(await wordsIn(frames)).toBe('A text by itself.');
      await until(() => metrics.length === 3);
      expect(metrics.map(({ streamed }) => streamed)).toEqual([true, true, false]);
      expect([cloud.requests.length, errors]).toEqual([1, []]);
    });

    it('is interrupted at once; the service stops, and the next turn says its own words on the same socket', async () => {
      const { model, cloud, clock, errors, spoken } = await open({}, slow);
      const cut = speak(model, tale);
      while (cut.audio.length < 12) await clock.advance(50);
      cut.stream.close();
      await cut.over;
      // A round trip, in which the service stops.
      await clock.advance(50);
      const next = speak(model, 'Never mind.');
      while (!(await settled(next.over))) await clock.advance(50);
      expect(await next.words()).toBe('Never mind.');
      expect(spoken.at(-1)).toBe('Never mind.');
      expect([cloud.requests.length, cloud.sockets, errors]).toEqual([1, 1, []]);
    });

    it('is interrupted before its first sound, and nothing of it is left to the next turn', async () => {
      const { model, clock, errors } = await open({}, slow);
      const cut = speak(model);
      cut.stream.pushText('Half of a story. And then');
      await until(() => clock.pending > 0);
      await clock.advance(0);
      cut.stream.close();
      await cut.over;
      await clock.advance(10);
      const next = speak(model, 'Something else.');
      while (!(await settled(next.over))) await clock.advance(50);
      expect(await next.words()).toBe('Something else.');
      expect(errors).toEqual([]);
    });

    it('as many turns share a socket as the service takes, and the next one has another', async () => {
      const { model, cloud, errors } = await open();
      const texts = Array.from({ length: turnsPerSocket + 1 }, (_, n) => `This is the turn with the number ${n}.`);
      const turns = texts.map((text) => speak(model, text));
      await Promise.all(turns.map(({ over }) => over));
      expect(await Promise.all(turns.map((turn) => turn.words()))).toEqual(texts);
      expect([cloud.requests.length, errors]).toEqual([2, []]);
    });

    it('waits for a language model as long as that takes', async () => {
      const { model, clock, errors } = await open();
      const speaking = speak(model);
      speaking.stream.pushText('Let me think about that for a moment. Yes, I think');
      await until(() => speaking.audio.length > 0);
      await clock.advance(100_000);
      speaking.stream.pushText(' that is possible.');
      speaking.stream.endInput();
      await speaking.over;
      expect(await speaking.words()).toBe('Let me think about that for a moment. Yes, I think that is possible.');
      expect(errors).toEqual([]);
    });

    it('prewarm opens the socket that the first turn takes, which is named in the traces', async () => {
      const { model, cloud, connection } = await open();
      model.prewarm();
      await until(() => connection.some(({ type }) => type === 'open'));
      const speaking = speak(model, 'At once.');
      await speaking.over;
      expect(cloud.requests).toHaveLength(1);
      expect(speaking.audio[0]?.requestId.startsWith('speech_')).toBe(!namesRequests);
    });

    it('leaves no socket when it is closed in the middle of a word', async () => {
      const { model, cloud, clock, errors } = await open({}, slow);
      const speaking = speak(model, tale);
      while (speaking.audio.length < 8) await clock.advance(50);
      const closed = model.close();
      await closed;
      await speaking.over;
      await until(() => cloud.sockets === 0);
      expect(errors).toEqual([]);
    });

    describe('a failure', () => {
      it('before the first sound is told, and the text is said by the next attempt, whole', async () => {
        const { model, errors } = await open({}, { faults: [`refuse:503,times=1,path=${path}`] });
        const speaking = speak(model, 'Nothing of this is lost.');
        await speaking.over;
        expect(await speaking.words()).toBe('Nothing of this is lost.');
        expect(errors).toMatchObject([{ recoverable: true, error: { statusCode: 503 } }]);
      });

      it('behind it is not repeated: one error, and nothing is said twice', async () => {
        const { model, cloud, errors } = await open();
        const speaking = speak(model);
        speaking.stream.pushText('Once upon a time a keeper kept a garden of radios. Every evening he');
        await until(() => speaking.audio.length > 0);
        cloud.dropSockets();
        speaking.stream.pushText(' tuned them to the sea.');
        speaking.stream.endInput();
        await speaking.over;
        expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIConnectionError', retryable: false } }]);
        expect(cloud.requests).toHaveLength(1);
      });

      it('of a socket between two turns is noticed by nobody', async () => {
        const { model, cloud, errors } = await open();
        await speak(model, 'The first turn.').over;
        cloud.dropSockets(1011, 'restarting');
        await until(() => cloud.sockets === 0);
        const speaking = speak(model, 'The second turn.');
        await speaking.over;
        expect([await speaking.words(), cloud.requests.length, errors]).toEqual(['The second turn.', 2, []]);
      });

      it('of a key is one typed error, and shows it to nobody', async () => {
        const { model, cloud, errors } = await open({ apiKey: 'wrong-test-key' }, { keys: ['test-key'] });
        await speak(model, 'Hello?').over;
        expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
        expect(inspect([model, errors], { depth: 12, showHidden: true })).not.toContain('wrong-test-key');
        expect(cloud.arrivals).toHaveLength(1);
      });

      it.each([
        ['silence', `mute-after:${mutedAfter}`, 1],
        ['a line that is dead', `stall-after:${mutedAfter}`, 1],
      ])('that is %s is found out once all is written', async (_what, fault, dials) => {
        const { model, clock, cloud, errors } = await open({}, { faults: [`${fault},path=${path}`] });
        const speaking = speak(model, 'Is anybody there?', { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 });
        while (!(await settled(speaking.over))) await clock.advance(500);
        expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
        expect(cloud.arrivals).toHaveLength(dials);
      });
    });
  });
}

/** Whether it is over by now. */
async function settled(over: Promise<void>): Promise<boolean> {
  return Promise.race([over.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}
