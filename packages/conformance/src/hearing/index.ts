import { stt as livekit } from '@livekit/agents';
import type { ConnectionEmitter } from '@patchbay/plugin-kit';
import { describe, expect, it } from 'vitest';
import { expectTwoPhrases, expectWholePhrase } from '../testing/expectations.ts';
import { until } from '../testing/hearing.ts';
import type { Listening } from '../testing/listening.ts';

const { SpeechEventType } = livekit;

/** A kind of ears. */
export interface EarsKind {
  /** As LiveKit is told: `deepgram.STT`, `Deepgram`. */
  label: string;
  provider: string;
  /** Of transcripts. */
  language: string;
  listen: () => Promise<Listening<livekit.SpeechStream, livekit.STT & ConnectionEmitter>>;
  /** What it calls a request. Default: anything. */
  requestId?: RegExp;
  /** Milliseconds within which the service wants a word on a silent line. */
  keepAliveMs: number;
}

/** What every speech to text on a socket owes a call. */
export function describeEars({ label, provider, language, listen, requestId = /./, keepAliveMs }: EarsKind): void {
  describe(label, () => {
    it('tells one START, transcripts, one END, for each thing that is said', async () => {
      const session = await listen();
      await expectTwoPhrases(session);
      expect([session.model.label, session.model.provider]).toEqual([label, provider]);
      const [first, second] = session.finals();
      expect(first).toMatchObject({ language });
      expect(first!.confidence).toBeCloseTo(0.99, 2);
      expect(session.ofType(SpeechEventType.FINAL_TRANSCRIPT)[0]!.requestId).toMatch(requestId);
      expect(first!.words).toMatchObject([{ text: 'Where' }, { text: 'is' }, { text: 'the' }, { text: 'station?' }]);
      expect(first!.startTime).toBeCloseTo(0.1, 1);
      expect(second!.startTime).toBeGreaterThan(first!.endTime + 0.5);
    });

    it('tells words while they are spoken, and what it costs', async () => {
      const { hearing, say, ofType } = await listen();
      await say('Once upon a time a lighthouse keeper kept a garden of radios.');
      await until(() => hearing.story().endsWith('>'));
      expect(ofType(SpeechEventType.INTERIM_TRANSCRIPT).length).toBeGreaterThan(0);
      const seconds = hearing.events.reduce(
        (sum, { recognitionUsage }) => sum + (recognitionUsage?.audioDuration ?? 0),
        0,
      );
      expect(seconds).toBeGreaterThan(2);
    });

    it('ends when all that was said has been written down', async () => {
      const { hearing, say, clock, cloud } = await listen();
      await say('Goodbye.', 0);
      hearing.stream.endInput();
      await hearing.ended;
      expect(hearing.story()).toBe('<Goodbye.>');
      await until(() => cloud.sockets === 0);
      expect([clock.pending, hearing.errors]).toEqual([0, []]);
    });

    it('keeps a silent line open, from the start and after the last word', async () => {
      const { hearing, say, clock, cloud } = await listen();
      const beSilent = async (): Promise<void> => {
        for (let ms = 0; ms < 6 * keepAliveMs; ms += keepAliveMs / 4) await clock.advance(keepAliveMs / 4);
      };
      await until(() => cloud.sockets === 1);
      await beSilent();
      await say('Still here?');
      expect(await hearing.finals(1)).toEqual(['Still here?']);
      await beSilent();
      await say('Yes.');
      expect(await hearing.finals(2)).toEqual(['Still here?', 'Yes.']);
      expect(hearing.connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
    });

    it('loses no word with a connection that is lost in the middle of a phrase', async () => {
      await expectWholePhrase(await listen());
    });
  });
}
