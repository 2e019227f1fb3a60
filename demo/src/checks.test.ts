import { describe, expect, test } from 'vitest';
import { check } from './checks.ts';
import { conversationOf, cutTurn, goodTurn } from './fixture.ts';
import type { Mode, Turn } from './record.ts';

interface Settings {
  mode?: Mode;
  exact?: boolean;
  tools?: string[];
}

const failures = (turns: Turn[], { mode = 'realtime', exact = true, tools = [] }: Settings = {}): string[] =>
  check(conversationOf(turns, mode), { exact, tools }).flatMap(({ ok, text }) => (ok ? [] : [text]));

test('a conversation in which every word arrived passes, cut answer and all', () => {
  expect(failures([goodTurn(), cutTurn()], { tools: ['lookUpWeather'] })).toEqual([]);
  expect(failures([goodTurn(), cutTurn({ truncation: undefined })], { mode: 'pipeline' })).toEqual([]);
});

test('spaces and line ends do not count as words', () => {
  expect(failures([goodTurn({ heard: ' It will\nbe  sunny. ' })])).toEqual([]);
});

describe('fails for', () => {
  test.each<[what: string, turn: Turn, says: RegExp]>([
    [
      'a word that the agent misunderstood',
      goodTurn({ understood: 'What is the leather in Paris tomorrow?' }),
      /understood.*leather/,
    ],
    ['nothing understood', goodTurn({ understood: '' }), /understood/],
    ['a word of an answer that did not arrive', goodTurn({ heard: 'It will be' }), /whole answer.*"It will be"/],
    ['a word that arrived twice', goodTurn({ heard: 'It will will be sunny.' }), /will will/],
    [
      'a frame that was lost, though every word was understood',
      goodTurn({ samples: { sent: 48_000, received: 47_520 } }),
      /48000 samples were sent and 47520 arrived/,
    ],
    ['an answer whose samples nobody sent', goodTurn({ samples: { sent: 0, received: 0 } }), /0 samples were sent/],
    ['an answer that nobody heard', goodTurn({ heard: undefined }), /whole answer/],
    ['no answer at all', goodTurn({ wrote: '', heard: '', remembered: '' }), /whole answer/],
    [
      'a cut answer that was heard to its end',
      cutTurn({ heard: cutTurn().wrote, remembered: cutTurn().wrote }),
      /not its beginning/,
    ],
    ['a cut answer of which nothing was heard', cutTurn({ heard: '', remembered: '' }), /not its beginning/],
    [
      'a cut answer with a word missing in the middle',
      cutTurn({ heard: 'Once a time', remembered: 'Once a time' }),
      /not its beginning/,
    ],
    ['half a word', cutTurn({ heard: 'Once upon a ti', remembered: 'Once upon a ti' }), /not its beginning/],
    ['a memory of more than was heard', cutTurn({ remembered: cutTurn().wrote }), /remembers/],
    ['a service that was told nothing', cutTurn({ truncation: undefined }), /never told to truncate/],
    [
      'a truncation at another time than the cut',
      cutTurn({ truncation: { audioEndMs: 900, text: 'Once upon' } }),
      /900 ms.*1500 ms/,
    ],
    [
      'a truncation after other words',
      cutTurn({ truncation: { audioEndMs: 1_500, text: 'It will be' } }),
      /It will be/,
    ],
  ])('%s', (_, turn, says) => {
    expect(failures([turn]).join('\n')).toMatch(says);
  });

  test('a tool that was not called', () => {
    expect(failures([goodTurn({ tool: undefined })], { tools: ['lookUpWeather'] })).toEqual([
      'The agent called lookUpWeather: no',
    ]);
  });
});

test('a word more or less between the cut that was heard and the one that was told is agreement', () => {
  expect(failures([cutTurn({ truncation: { audioEndMs: 1_510, text: 'Once upon a time a keeper' } })])).toEqual([]);
});

test('a loudspeaker that ran dry in the middle has not played more sound', () => {
  expect(failures([cutTurn({ playedTo: 8_900 })])).toEqual([]);
  expect(failures([cutTurn({ playedTo: 8_900, playedMs: 1_900 })])).toHaveLength(1);
});

test('of a live conversation only transcripts, sound and tools count', () => {
  const real = goodTurn({ understood: 'whats the weather', heard: undefined, wrote: 'Let me see.' });
  expect(failures([real], { exact: false, tools: ['lookUpWeather'] })).toEqual([]);
  expect(failures([goodTurn({ playedFrom: NaN })], { exact: false })).toHaveLength(1);
  expect(failures([goodTurn({ understood: '' })], { exact: false })).toHaveLength(1);
});
