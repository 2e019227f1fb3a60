import { expect, test } from 'vitest';
import { check } from '../checks.ts';
import { conversationOf, cutTurn, goodTurn } from '../fixture.ts';
import type { Turn } from '../record.ts';
import { report } from './index.ts';

function pageOf(turns: Turn[], more: { failure?: string } = {}): string {
  const conversation = conversationOf(turns);
  const checks = check(conversation, { exact: true, tools: [] });
  return report({
    runs: [{ conversation, parts: 'Some models', checks }],
    place: 'somewhere',
    note: 'A note.',
    ...more,
  });
}

/** The page as one reads it. */
const textOf = (page: string): string =>
  page
    .replace(/<(style|script|title)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('says that every word arrived, and shows each of them', () => {
  const text = textOf(pageOf([goodTurn(), cutTurn()]));
  expect(text).toContain('One conversation, every word accounted for');
  expect(text).toContain('✓ 6 checks passed');
  expect(text).toContain('Caller What is the weather in Paris tomorrow? ✓ What is the weather in Paris tomorrow?');
  expect(text).toContain('lookUpWeather(Paris)');
  expect(text).toContain('600 ms median');
});

test('shows of a cut answer what was heard, what was not, and what the service was told', () => {
  const page = pageOf([cutTurn()]);
  expect(page).toContain('<span class="lost">a keeper kept radios. He sang.</span>');
  expect(textOf(page)).toContain('✂ Once upon a time The caller cut in after 1.50 s.');
  expect(textOf(page)).toContain('The service was told to forget all after 1.50 s.');
  expect(page).toMatch(/class="wave agent unheard" d="M/);
});

test('does not hide a word that went wrong', () => {
  const text = textOf(pageOf([goodTurn({ heard: 'It will be bunny.' })]));
  expect(text).toContain('Not every word arrived');
  expect(text).toContain('✗ 1 of 2 checks failed');
  expect(text).toContain('✗ It will be bunny.');
});

test('tells what ended the run early', () => {
  const text = textOf(pageOf([goodTurn()], { failure: 'HTTP 403. Set modelIn.' }));
  expect(text).toContain('Not every word arrived');
  expect(text).toContain('HTTP 403. Set modelIn.');
});

test('needs nothing but itself', () => {
  const page = pageOf([goodTurn()]);
  expect(page).toContain('src="data:audio/wav;base64,UklGR');
  expect(page).not.toMatch(/(?:src|href)="(?!data:)|url\(|@import|https?:/);
});

test('words are text, whatever is in them', () => {
  const evil = '<script>alert("x")</script> & co';
  const page = pageOf([goodTurn({ said: evil, understood: evil })]);
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; co');
});

test('a turn without an answer leaves no broken numbers', () => {
  const page = pageOf([goodTurn({ playedFrom: NaN, playedTo: NaN, heard: '', wrote: '', remembered: '' })]);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});
