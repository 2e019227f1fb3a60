import { expect, it } from 'vitest';
import { faultRows } from './faults.ts';
import { acts } from './acts.ts';
import type { Kind, Subject } from './subject.ts';
import { expectationFor } from './suites/index.ts';

const kinds: [Kind, Subject['transport']][] = [
  ['llm', 'websocket'],
  ['llm', 'http'],
  ['stt', 'websocket'],
  ['recognition', 'http'],
  ['tts', 'http'],
  ['tts', 'websocket'],
  ['realtime', 'websocket'],
  ['duplex', 'websocket'],
  ['interpreter', 'websocket'],
];

const points = { begun: [1], output: [2], last: [3] };

it.each(kinds)('the suite of %s over %s says something of every fault, and nothing of others', (kind, transport) => {
  const subject: Subject = { name: 'x', kind, transport, points, create: () => ({}) };
  for (const { id } of faultRows) expect(expectationFor(subject, id), id).toBeDefined();
  expect(() => expectationFor(subject, 'no such fault')).toThrow('says nothing');
});

it('there are more than forty faults, each once, and each act exists', () => {
  expect(faultRows.length).toBeGreaterThan(40);
  expect(new Set(faultRows.map(({ id }) => id)).size).toBe(faultRows.length);
  for (const { act } of faultRows) if (act !== undefined) expect(Object.keys(acts)).toContain(act);
});

it('what cannot occur has a reason', () => {
  for (const [kind, transport] of kinds) {
    for (const { id } of faultRows) {
      const expected = expectationFor({ name: 'x', kind, transport, points, create: () => ({}) }, id);
      if ('na' in expected) expect(expected.na.length, id).toBeGreaterThan(15);
    }
  }
});
