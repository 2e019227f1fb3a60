import { expect, test } from 'vitest';
import { conversationOf, cutTurn, goodTurn } from './fixture.ts';
import { Terminal } from './terminal.ts';

function terminal(properties: Partial<NodeJS.WriteStream> = {}): { terminal: Terminal; text: () => string } {
  let text = '';
  const stream = { write: (chunk: string) => void (text += chunk), columns: 60, ...properties } as NodeJS.WriteStream;
  return { terminal: new Terminal(stream), text: () => text };
}

test('without a terminal every event is one plain line, and nothing is written over', () => {
  const { terminal: out, text } = terminal();
  out.status('starting');
  out.progress({ what: 'speaking', turn: goodTurn() });
  out.progress({ what: 'understood', turn: goodTurn() });
  const turn = cutTurn();
  out.progress({ what: 'understood', turn });
  out.progress({ what: 'replied', turn });
  out.checks([{ ok: true, text: 'All' }]);
  out.end();
  expect(text()).toBe(
    [
      '  caller  What is the weather in Paris tomorrow? ✓',
      '  caller  Tell me a story. ✓',
      '   agent  Once upon a time ✂ a keeper kept radios. He sang.',
      '',
      '  ✓ 1 checks passed',
      '',
    ].join('\n'),
  );
});

test('colours are for terminals that have them', () => {
  for (const [hasColors, expected] of [
    [true, true],
    [false, false],
  ] as const) {
    const { terminal: out, text } = terminal({ isTTY: true, hasColors: () => hasColors });
    out.checks([{ ok: true, text: 'All' }]);
    expect(text().includes('\u001b[32m')).toBe(expected);
  }
});

test('an answer is told after the question, although its transcript came later', () => {
  const { terminal: out, text } = terminal();
  const turn = goodTurn();
  out.progress({ what: 'tool', turn });
  out.progress({ what: 'replied', turn });
  expect(text()).toBe('');
  out.progress({ what: 'understood', turn });
  expect(
    text()
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' ')[0]),
  ).toEqual(['caller', 'tool', 'agent']);
});

test('a word that went wrong is told where it happened', () => {
  const { terminal: out, text } = terminal();
  const turn = goodTurn({ understood: 'What is the leather?', heard: 'It will be bunny.' });
  out.progress({ what: 'understood', turn });
  out.progress({ what: 'replied', turn });
  expect(text()).toContain('understood as “What is the leather?”');
  expect(text()).toContain('heard “It will be bunny.”');
});

test('nothing is wider than a narrow terminal', () => {
  const { terminal: out, text } = terminal({ columns: 30 });
  const turn = cutTurn();
  out.heading('Pipeline', 'speech to text, a language model and text to speech');
  out.progress({ what: 'understood', turn });
  out.progress({ what: 'replied', turn });
  out.latency(conversationOf([goodTurn(), goodTurn()]));
  const lines = text().split('\n');
  expect(lines.filter((line) => line.length > 30)).toEqual([]);
  expect(text()).toContain('total');
  expect(text()).toContain('median');
});
