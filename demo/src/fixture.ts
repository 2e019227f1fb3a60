import { sampleRate, type Conversation, type Mode, type Turn } from './record.ts';

/** Turns of a conversation in which everything went well; what a test changes is what it is about. */
export function goodTurn(changes: Partial<Turn> = {}): Turn {
  return {
    said: 'What is the weather in Paris tomorrow?',
    saidFrom: 500,
    saidTo: 2_600,
    understood: 'What is the weather in Paris tomorrow?',
    tool: { name: 'lookUpWeather', arguments: 'Paris', result: 'Sunny.', from: 3_100, to: 3_101 },
    wrote: 'It will be sunny.',
    remembered: 'It will be sunny.',
    heard: 'It will be sunny.',
    playedFrom: 3_400,
    playedTo: 4_900,
    playedMs: 1_500,
    interrupted: false,
    ...changes,
  };
}

export function cutTurn(changes: Partial<Turn> = {}): Turn {
  return goodTurn({
    said: 'Tell me a story.',
    understood: 'Tell me a story.',
    tool: undefined,
    saidFrom: 5_500,
    saidTo: 6_600,
    wrote: 'Once upon a time a keeper kept radios. He sang.',
    heard: 'Once upon a time',
    remembered: 'Once upon a time',
    playedFrom: 7_000,
    playedTo: 8_500,
    playedMs: 1_500,
    interrupted: true,
    truncation: { audioEndMs: 1_498, text: 'Once upon a time' },
    ...changes,
  });
}

export function conversationOf(turns: Turn[], mode: Mode = 'realtime'): Conversation {
  const length = 10 * sampleRate;
  const tone = (from: number, to: number): Int16Array =>
    Int16Array.from({ length }, (_, index) => {
      const at = (index / sampleRate) * 1000;
      return at >= from && at < to ? Math.round(9_000 * Math.sin(index / 9)) : 0;
    });
  return {
    mode,
    turns,
    marks: [
      { lane: 'caller', kind: 'speaking', from: 700, to: 2_900, label: 'speaking' },
      { lane: 'transcript', kind: 'final', from: 2_950, label: 'What is the weather in Paris tomorrow?' },
      { lane: 'model', kind: 'wait', from: 2_960, to: 3_050, label: 'first token' },
      { lane: 'model', kind: 'work', from: 3_050, to: 3_090, label: 'tokens' },
      { lane: 'tool', kind: 'work', from: 3_100, to: 3_101, label: 'lookUpWeather(Paris)' },
      { lane: 'model', kind: 'wait', from: 3_110, to: 3_180, label: 'first token' },
      { lane: 'speech', kind: 'wait', from: 3_200, to: 3_390, label: 'first sound' },
      { lane: 'agent', kind: 'speaking', from: 3_400, to: 4_900, label: 'speaking' },
    ],
    caller: tone(500, 2_600),
    agent: tone(3_400, 4_900),
    unheard: turns
      .filter(({ interrupted }) => interrupted)
      .map(({ playedTo }) => ({ from: playedTo, samples: tone(0, 1_000).subarray(0, sampleRate) })),
  };
}
