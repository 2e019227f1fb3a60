import { stt } from '@livekit/agents';
import { ManualClock } from '@patchbay/ws-session/testing';
import { expect, it } from 'vitest';
import { InterimPacer } from './interim-pacer.ts';

const { SpeechEventType } = stt;

function rig(intervalMs = 500) {
  const clock = new ManualClock();
  const told: string[] = [];
  const put = ({ type, alternatives }: stt.SpeechEvent): void => {
    told.push(type === SpeechEventType.INTERIM_TRANSCRIPT ? `${alternatives?.[0].text}…` : SpeechEventType[type]);
  };
  const pacer = new InterimPacer(clock, { closed: false, put });
  return {
    clock,
    told,
    pacer,
    interim(text: string, requestId = 'a') {
      const alternative = { text } as stt.SpeechData;
      pacer.tell({ type: SpeechEventType.INTERIM_TRANSCRIPT, requestId, alternatives: [alternative] }, intervalMs);
    },
    tell: (type: stt.SpeechEventType) => pacer.tell({ type }, intervalMs),
  };
}

it('tells the first interim transcript at once, and then the newest once per interval', async () => {
  const { clock, told, interim } = rig();
  for (const text of ['1', '2', '3']) interim(text);
  expect(told).toEqual(['1…']);
  await clock.advance(499);
  interim('4');
  expect(told).toEqual(['1…']);
  await clock.advance(1);
  expect(told).toEqual(['1…', '4…']);
  interim('5');
  await clock.advance(500);
  expect(told).toEqual(['1…', '4…', '5…']);
  await clock.advance(5_000);
  interim('6');
  expect(told.at(-1)).toBe('6…');
  expect(clock.pending).toBe(0);
});

it('never loses the last one before the final one, nor the first one of the next turn', () => {
  const { clock, told, interim, tell } = rig();
  for (const text of ['1', '2']) interim(text);
  tell(SpeechEventType.FINAL_TRANSCRIPT);
  tell(SpeechEventType.END_OF_SPEECH);
  interim('3');
  expect(told).toEqual(['1…', '2…', 'FINAL_TRANSCRIPT', 'END_OF_SPEECH', '3…']);
  expect(clock.pending).toBe(0);
});

it('keeps pieces of speech that overlap apart', () => {
  const { told, interim, tell } = rig();
  for (const [text, id] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
  ] as const)
    interim(text, id);
  tell(SpeechEventType.END_OF_SPEECH);
  expect(told).toEqual(['a1…', 'a2…', 'b1…', 'END_OF_SPEECH']);
});

it('tells each one where no interval is wanted, and none after it was closed', async () => {
  const each = rig(0);
  for (const text of ['1', '2', '3']) each.interim(text);
  expect(each.told).toEqual(['1…', '2…', '3…']);
  const { clock, told, pacer, interim } = rig();
  for (const text of ['1', '2']) interim(text);
  pacer.close();
  await clock.advance(1_000);
  expect([told, clock.pending]).toEqual([['1…'], 0]);
});
