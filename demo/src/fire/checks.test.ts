import { expect, test } from 'vitest';
import { goodTurn } from '../fixture.ts';
import type { Turn } from '../record.ts';
import type { Ordeal } from './attack.ts';
import { checkOrdeal } from './checks.ts';

const survived: Ordeal = {
  title: 'the line is cut',
  hits: [1, 1],
  expected: ['llm: open again'],
  told: ['llm: open again'],
  droppedMs: 0,
  answer: 'It will be sunny.',
  cuts: false,
};

const failures = (ordeal: Partial<Ordeal>, turn: Partial<Turn> = {}): string[] =>
  checkOrdeal(goodTurn(turn), { ...survived, ...ordeal }).flatMap(({ ok, text }) => (ok ? [] : [text]));

test('a fault that happened, was told and cost nothing passes; so does one that cost what it was to cost', () => {
  expect(failures({})).toEqual([]);
  expect(failures({ cuts: true }, { heard: 'It will' })).toEqual([]);
  expect(checkOrdeal(goodTurn({ heard: 'It will' }), { ...survived, cuts: true }).at(-1)!.text).toContain(
    '"be sunny."',
  );
});

test('a fault that never happened is none', () => {
  expect(failures({ hits: [1, 0] })).toEqual(['It was to happen that the line is cut, and did not']);
  expect(failures({ hits: [] })).toHaveLength(1);
});

test('silence about it fails, and so does a word too many', () => {
  expect(failures({ told: [] })[0]).toContain('nothing, in place of llm: open again');
  expect(failures({ told: ['llm: open again', 'realtime: APIError, final'] })).toHaveLength(1);
});

test('a word that is missing or comes twice fails', () => {
  expect(failures({}, { heard: 'It will be.' })).toHaveLength(1);
  expect(failures({}, { heard: 'It will It will be sunny.' })).toHaveLength(1);
  expect(failures({ cuts: true })).toHaveLength(1);
  expect(failures({ cuts: true }, { heard: '' })).toHaveLength(1);
});
