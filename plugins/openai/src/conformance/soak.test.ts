import type { stt } from '@livekit/agents';
import { runSoak, type Subject } from '@patchbay/conformance';
import { currentRuntime } from '@patchbay/ws-session';
import { expect, it } from 'vitest';
import { subjects } from './__fixtures__/subjects.ts';

// `pnpm soak` is the same, 300 times as long.
it(
  'four sessions live for two hours while things go wrong, and no sample is lost without a word',
  { timeout: 300_000 },
  async () => {
    const mix = { stt: 2, realtime: 1, interpreter: 1 };
    const { breaches, samples, rotations, faults } = await runSoak({ subjects, mix, hours: 2, seed: 4 });
    expect(breaches).toEqual([]);
    expect(samples.unaccounted).toBe(0);
    expect(samples.sent).toBeGreaterThan(10_000_000);
    expect(samples.received / samples.sent).toBeGreaterThan(0.9);
    expect(rotations).toBeGreaterThan(5);
    expect(Object.keys(faults).length).toBeGreaterThan(3);
  },
);

/** The speech-to-text class with a flaw. */
function flawed(spoil: (model: stt.STT) => void): Subject[] {
  const sound = subjects.find(({ kind, transport }) => kind === 'stt' && transport === 'websocket')!;
  return [
    {
      ...sound,
      create(where) {
        const model = sound.create(where) as stt.STT;
        spoil(model);
        return model;
      },
    },
  ];
}

/** Each stream of it takes a frame of 10 ms and says nothing. */
function deafForAMoment(model: stt.STT): void {
  const stream = model.stream.bind(model);
  model.stream = (...args) => {
    const opened = stream(...args);
    const pushFrame = opened.pushFrame.bind(opened);
    let frames = 0;
    opened.pushFrame = (frame) => {
      if (++frames !== 100) pushFrame(frame);
    };
    return opened;
  };
}

it.each([
  ['loses ten milliseconds', deafForAMoment, 'openai.STT (realtime) #1: 240 samples are unaccounted for'],
  [
    'leaves a timer behind',
    () => void currentRuntime().clock.setTimer(() => undefined, 1e9),
    '1 timers are left when everything is closed',
  ],
])('a class that %s is found out', async (_what, spoil, found) => {
  const { breaches } = await runSoak({ subjects: flawed(spoil), mix: { stt: 1 }, hours: 0.01, seed: 1 });
  expect(breaches).toEqual([found]);
});
