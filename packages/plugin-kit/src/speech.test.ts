import { stt } from '@livekit/agents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Speech } from './speech.ts';

const { SpeechEventType } = stt;

function rig(): {
  speech: Speech;
  events: stt.SpeechEvent[];
  story(): string;
  settled: (number | undefined)[];
  sent: { milliseconds: number };
  owed(): number;
} {
  const events: stt.SpeechEvent[] = [];
  const settled: (number | undefined)[] = [];
  const sent = { milliseconds: 0 };
  let owed = 0;
  const speech = new Speech({
    emit: (event) => events.push(event),
    language: () => 'en',
    secondsAt: (ms) => ms / 1000,
    ageMs: () => 0,
    wallClock: () => 0,
    sentMs: () => sent.milliseconds,
    settled: (ms) => settled.push(ms),
    quiet: () => undefined,
    expect() {
      owed++;
      return { touch: () => undefined, met: () => void owed-- };
    },
  });
  const sign = ({ type, alternatives }: stt.SpeechEvent): string => {
    if (type === SpeechEventType.START_OF_SPEECH) return '<';
    if (type === SpeechEventType.END_OF_SPEECH) return '>';
    const text = alternatives?.[0].text ?? '';
    return type === SpeechEventType.FINAL_TRANSCRIPT
      ? `${text}.`
      : type === SpeechEventType.INTERIM_TRANSCRIPT
        ? '…'
        : '';
  };
  return { speech, events, story: () => events.map(sign).join(''), settled, sent, owed: () => owed };
}

describe('Speech', () => {
  it('opens a turn by itself for a provider that tells no beginnings', () => {
    const { speech, story } = rig();
    speech.interim('', 'hel');
    speech.final('', 'hello');
    speech.final('', 'again');
    expect(story()).toBe('<…hello.><again.>');
  });

  it('keeps 64 transcripts that nobody ends, and as many names of those that ended', () => {
    const { speech, events } = rig();
    const last = (): string | undefined => events.at(-1)?.alternatives?.[0].text;
    speech.delta('kept', 'one');
    for (let other = 0; other < 63; other++) speech.delta(`other ${other}`, 'more');
    speech.delta('kept', ' two');
    expect(last()).toBe('one two');
    speech.delta('one too many', 'more');
    speech.delta('kept', ' three');
    expect(last()).toBe(' three');

    const hellos = (): number => events.filter(({ alternatives }) => alternatives?.[0].text === 'hello').length;
    speech.final('told', 'hello');
    for (let other = 0; other < 63; other++) speech.final(`told ${other}`, 'more');
    speech.final('told', 'hello');
    expect(hellos()).toBe(1);
    speech.final('one too many', 'more');
    speech.final('told', 'hello');
    expect(hellos()).toBe(2);
  });

  it('does not wait for a voice that is one too many: the turn ends with the others', () => {
    const { speech, events } = rig();
    for (let voice = 0; voice <= 64; voice++) speech.started(`voice ${voice}`);
    for (let voice = 1; voice <= 64; voice++) speech.final(`voice ${voice}`, 'more');
    expect(speech.isSpeaking).toBe(false);
    expect(events.at(-1)?.type).toBe(SpeechEventType.END_OF_SPEECH);
  });

  it('waits for what was asked for, whatever name it turns up under', () => {
    const { speech, story, owed } = rig();
    speech.started('local');
    speech.asked();
    speech.stoppedLocally('local', 250);
    expect([story(), owed()]).toEqual(['<', 1]);
    speech.committed('item-1');
    speech.final('item-1', 'hello');
    expect([story(), owed(), speech.isQuiet]).toEqual(['<hello.>', 0, true]);
  });

  it('remembers 64 times that it asked, whatever is never answered', () => {
    const { speech } = rig();
    for (let time = 0; time < 1_000; time++) {
      speech.asked();
      speech.asked();
      speech.nothing();
    }
    for (let answer = 0; answer < 62; answer++) speech.nothing();
    expect(speech.isOwed).toBe(true);
    speech.nothing();
    expect(speech.isOwed).toBe(false);
  });

  it('ends a turn when what was told of it in the interim is final, and does not take that for another turn', () => {
    const { speech, story, owed } = rig();
    speech.started('voice', 100);
    speech.interim('0', 'hel');
    speech.ended('voice', 500);
    expect([story(), owed()]).toEqual(['<…', 1]);
    speech.started('voice', 100);
    speech.interim('0', 'hello');
    speech.final('0', 'hello');
    expect([story(), owed(), speech.isQuiet]).toEqual(['<……hello.>', 0, true]);
    speech.started('voice', 1_000);
    speech.final('1', 'again');
    speech.ended('voice', 1_500);
    expect(story()).toBe('<……hello.><again.>');
  });

  it('does not take what the provider committed by itself for an answer', () => {
    const { speech } = rig();
    speech.started('a');
    speech.stopped('a');
    speech.asked();
    speech.committed('a');
    speech.final('a', 'one');
    expect(speech.isOwed).toBe(true);
    speech.nothing();
    expect(speech.isOwed).toBe(false);
  });

  it('ends a turn whose transcript failed', () => {
    const { speech, story, settled } = rig();
    speech.started('a', 100);
    speech.stopped('a', { atMs: 900 });
    speech.failed('a');
    expect([story(), settled]).toEqual(['<>', [900]]);
  });

  it('closes what is open when the socket is gone, once', () => {
    const { speech, story, owed } = rig();
    speech.started('a');
    speech.stopped('a');
    speech.interrupted();
    speech.interrupted();
    expect([story(), owed()]).toEqual(['<>', 0]);
  });

  it('makes the confidence of the log probabilities of all tokens, and of the final ones at the end', () => {
    const { speech, events } = rig();
    speech.delta('a', 'one ', { logprobs: [Math.log(0.9)] });
    speech.delta('a', 'two', { logprobs: [Math.log(0.4)] });
    speech.final('a', 'one two', { logprobs: [Math.log(0.8), Math.log(0.8)], languages: ['en', 'de'] });
    speech.final('b', 'three');
    const told = events.flatMap(({ alternatives }) => alternatives ?? []);
    expect(told.map(({ confidence }) => Number(confidence.toFixed(3)))).toEqual([0.9, 0.6, 0.8, 1]);
    expect(told[2]).toMatchObject({ language: 'en', sourceLanguages: ['en', 'de'] });
    expect(told[3]).not.toHaveProperty('sourceLanguages');
  });

  it('names the one who spoke most', () => {
    const { speech, events } = rig();
    speech.spoke('a', 'A', 400);
    speech.spoke('a', 'B', 500);
    speech.spoke('a', 'A', 200);
    speech.final('a', 'one');
    speech.final('b', 'two');
    const [one, two] = events.flatMap(({ alternatives }) => alternatives ?? []);
    expect(one).toMatchObject({ speakerId: 'A' });
    expect(two).not.toHaveProperty('speakerId');
  });

  it('passes on an answer that comes whole, with the time when the voice fell silent', () => {
    const { speech, story, events } = rig();
    speech.started('a');
    speech.stopped('a', { trailingMs: 200 });
    const data = { text: 'one', language: 'en', startTime: 1, endTime: 2, confidence: 0.5, words: ['one'] };
    const answer = {
      type: SpeechEventType.FINAL_TRANSCRIPT,
      requestId: 'r',
      alternatives: [data],
    } as unknown as stt.SpeechEvent;
    speech.answered('a', answer);
    speech.answered('a', answer);
    expect(story()).toBe('<one.>');
    expect(events[1]).toEqual({ ...answer, speechEndTime: -200 });
  });

  it('keeps LiveKit’s order whatever a provider says in whatever order', () => {
    const id = fc.constantFrom('a', 'b', 'c', '');
    const step = fc.oneof(
      fc.record({ does: fc.constantFrom('started', 'stopped', 'committed', 'failed'), id }),
      fc.record({ does: fc.constantFrom('interim', 'final'), id, text: fc.constantFrom('', 'x') }),
      fc.record({ does: fc.constantFrom('asked', 'nothing', 'interrupted') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { speech, story, owed } = rig();
        for (const each of steps) {
          const call = speech[each.does as 'started'] as (...args: unknown[]) => void;
          call.apply(speech, [...('id' in each ? [each.id] : []), ...('text' in each ? [each.text] : [])]);
          expect(owed()).toBe(speech.isOwed ? 1 : 0);
        }
        speech.interrupted();
        // One START per END, and text only in between.
        expect(story()).toMatch(/^(<(…|x\.)*>)*$/);
        expect([speech.isQuiet, owed()]).toEqual([true, 0]);
      }),
      { numRuns: 10_000 },
    );
  });

  it('keeps the audio of speech whose answer is overtaken by that of later speech', () => {
    const { speech, settled } = rig();
    speech.started('a', 1_000);
    speech.stopped('a', { atMs: 2_000 });
    speech.started('b', 3_000);
    speech.stopped('b', { atMs: 4_000 });
    speech.final('b', 'two');
    expect(settled).toEqual([1_000]);
    speech.final('a', 'one');
    expect(settled).toEqual([1_000, 4_000]);
  });

  it('keeps the audio of speech that goes on while an older piece is answered', () => {
    const { speech, settled } = rig();
    speech.committed('a');
    speech.started('b', 3_000);
    speech.final('a', 'one');
    expect(settled).toEqual([3_000]);
    speech.stopped('b', { atMs: 4_000 });
    speech.final('b', 'two');
    expect(settled).toEqual([3_000, 4_000]);
  });

  it('takes the answer to a question for one about what had been sent by then', () => {
    const { speech, settled, sent } = rig();
    sent.milliseconds = 2_000;
    speech.asked();
    sent.milliseconds = 5_000;
    speech.asked();
    speech.committed('a');
    speech.committed('b');
    speech.final('b', 'two');
    expect(settled).toEqual([0]);
    speech.failed('a');
    expect(settled).toEqual([0, 5_000]);
    speech.asked();
    speech.committed('c');
    speech.committed('d');
    speech.final('c', 'three');
    expect(settled.at(-1)).toBe(0);
  });
});
