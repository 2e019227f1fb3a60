import type { voice } from '@livekit/agents';
import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallerSpeaker, type Playback } from './audio-out.ts';
import { sampleRate } from './record.ts';

initializeLogger({ pretty: false, level: 'silent' });
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const frame = (milliseconds: number, value: number): AudioFrame => {
  const samples = new Int16Array((sampleRate * milliseconds) / 1000).fill(value);
  return new AudioFrame(samples, sampleRate, 1, samples.length);
};

function speaker(): { speaker: CallerSpeaker; playbacks: Playback[]; finished: voice.PlaybackFinishedEvent[] } {
  const playbacks: Playback[] = [];
  const finished: voice.PlaybackFinishedEvent[] = [];
  const speaker = new CallerSpeaker(
    (played) => `${played.length} samples`,
    (playback) => playbacks.push(playback),
  );
  speaker.on('playbackFinished', (event: voice.PlaybackFinishedEvent) => finished.push(event));
  return { speaker, playbacks, finished };
}

test('what came faster than time is played in time, to its end', async () => {
  const { speaker: out, playbacks, finished } = speaker();
  await out.captureFrame(frame(300, 1));
  await out.captureFrame(frame(200, 2));
  out.flush();
  await vi.advanceTimersByTimeAsync(499);
  expect(playbacks).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(playbacks[0]).toMatchObject({ interrupted: false });
  expect(playbacks[0]!.played).toHaveLength(sampleRate / 2);
  expect(finished).toEqual([{ playbackPosition: 0.5, interrupted: false }]);
  expect(out.speakingSince).toBeUndefined();
});

test('a cut plays what was due and tells the session what was heard of it', async () => {
  const { speaker: out, playbacks, finished } = speaker();
  await out.captureFrame(frame(1_000, 1));
  out.flush();
  await vi.advanceTimersByTimeAsync(400);
  out.clearBuffer();
  expect(playbacks[0]!.played).toHaveLength(0.4 * sampleRate);
  expect(playbacks[0]!.received).toHaveLength(sampleRate);
  expect(finished).toEqual([{ playbackPosition: 0.4, interrupted: true, synchronizedTranscript: '9600 samples' }]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(finished).toHaveLength(1);
});

test('a speaker that is starved stalls and does not count the gap as heard', async () => {
  const { speaker: out, playbacks } = speaker();
  await out.captureFrame(frame(100, 1));
  await vi.advanceTimersByTimeAsync(1_000);
  await out.captureFrame(frame(100, 2));
  await vi.advanceTimersByTimeAsync(50);
  out.clearBuffer();
  expect(playbacks[0]!.played).toHaveLength(0.15 * sampleRate);
});
