import { inference, initializeLogger, type VAD } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { frames, heardIn, LoudnessVad, type Said } from './__fixtures__/loudness-vad.ts';
import { turns, until } from './__fixtures__/until.ts';
import { SpeechSegmenter, type SpeechSegment } from './speech-segmenter.ts';

let clock: ManualClock;
let restore: () => void;
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
});
afterEach(() => {
  restore();
  expect(clock.pending).toBe(0);
});

interface Heard {
  segmenter: SpeechSegmenter;
  pieces: SpeechSegment[];
  started: number[];
  failures: string[];
  /** Pushes it all and writes over it; waits where it must be waited. */
  say(...parts: Said[]): Promise<void>;
  /** The voices of each piece. */
  story(): [number, number][][];
}

function listen(vad: VAD = new LoudnessVad()): Heard {
  const pieces: SpeechSegment[] = [];
  const started: number[] = [];
  const failures: string[] = [];
  const segmenter = new SpeechSegmenter({
    vad,
    sampleRate: 16_000,
    started: (_id, voiceMs) => started.push(voiceMs),
    ended: (piece) => pieces.push(piece),
    failed: ({ message }) => failures.push(message),
  });
  return {
    segmenter,
    pieces,
    started,
    failures,
    async say(...parts) {
      for (const frame of frames(...parts)) {
        segmenter.push(frame);
        frame.data.fill(12_345);
        await segmenter.room();
      }
    },
    story: () => pieces.map(({ audio }) => heardIn(audio)),
  };
}

describe('SpeechSegmenter', () => {
  it('copies what it was given, whoever writes over it, and knows where it was said', async () => {
    const { say, pieces, started, story, segmenter } = listen();
    await say([0, 1_000], [1, 400], [0, 300]);
    await until(() => pieces.length === 1);
    expect(story()).toEqual([[[0, 500], [1, 400], [0, 200]]]); // prettier-ignore
    expect(pieces).toMatchObject([{ startMs: 500, voiceMs: 1_000, endMs: 1_600, silentMs: 200 }]);
    expect(started).toEqual([1_000]);
    segmenter.close();
  });

  it('has the same place in the audio when all of it was pushed before the VAD said a word', async () => {
    const { say, pieces, story, segmenter } = listen();
    await say([0, 1_000], [1, 200], [0, 1_000], [2, 200], [0, 1_000]);
    await segmenter.flush();
    expect(pieces.map(({ voiceMs, endMs }) => [voiceMs, endMs])).toEqual([[1_000, 1_400], [2_200, 2_600]]); // prettier-ignore
    expect(story().map((parts) => parts.map(([voice]) => voice))).toEqual([[0, 1, 0], [0, 2, 0]]); // prettier-ignore
    segmenter.close();
  });

  it('puts no audio into two pieces, however short the pause between them', async () => {
    const { say, story, segmenter } = listen();
    await say([1, 400], [0, 240], [2, 400], [0, 240]);
    await segmenter.flush();
    expect(story()).toEqual([[[1, 400], [0, 200]], [[0, 40], [2, 400], [0, 200]]]); // prettier-ignore
    segmenter.close();
  });

  it('ends the open piece on a flush, and begins afresh', async () => {
    const { say, story, segmenter } = listen();
    await say([1, 400]);
    await segmenter.flush();
    await segmenter.flush();
    await say([2, 100], [0, 300]);
    await segmenter.flush();
    expect(story()).toEqual([[[1, 400]], [[2, 100], [0, 200]]]); // prettier-ignore
    segmenter.close();
  });

  it('is silent about silence, and keeps only the last of it', async () => {
    const { say, pieces, segmenter } = listen();
    await say([0, 20_000]);
    await segmenter.flush();
    expect([pieces, segmenter.history.replay().startMs]).toEqual([[], 17_000]);
    segmenter.close();
  });

  it('cuts a monologue in its last pause, and loses nothing of it', async () => {
    const { say, pieces, story, segmenter } = listen();
    await say([1, 54_000], [0, 180], [1, 8_820], [0, 300]);
    await segmenter.flush();
    expect(story()).toEqual([[[1, 54_000], [0, 120]], [[0, 60], [1, 8_820], [0, 200]]]); // prettier-ignore
    expect(pieces[1]?.startMs).toBe(pieces[0]?.endMs);
    segmenter.close();
  });

  it('takes frames of another rate and more channels', async () => {
    const { pieces, segmenter } = listen();
    for (const voice of [2_000, 0]) {
      segmenter.push(new AudioFrame(new Int16Array(2 * 24_000).fill(voice), 48_000, 2, 24_000));
    }
    await segmenter.flush();
    expect(pieces).toHaveLength(1);
    expect(pieces[0]?.audio).toMatchObject({ sampleRate: 16_000, channels: 1 });
    segmenter.close();
  });

  it('works with a VAD that never tells how far it is', async () => {
    const { say, story, segmenter } = listen(new LoudnessVad({ tells: false }));
    for (const part of [
      [0, 600],
      [1, 20],
      [1, 380],
    ] as const) {
      await say(part);
      await turns();
    }
    const flushed = segmenter.flush();
    await clock.advance(1_000);
    await flushed;
    expect(story()).toEqual([[[0, 500], [1, 400]]]); // prettier-ignore
    segmenter.close();
  });

  it('waits for the last word of LiveKit’s own VAD, whose windows do not fit the audio', async () => {
    const { say, pieces, segmenter } = listen(new inference.VAD());
    await say([0, 1_000]);
    // On a clock that stands still: a word that does not come would be waited for without end.
    await segmenter.flush();
    expect(pieces).toEqual([]);
    segmenter.close();
  });

  it('waits for a VAD that is behind, and says so when it has stopped', async () => {
    const { say, failures } = listen(new LoudnessVad({ stopsAfter: 50 }));
    const said = say([1, 8_000]);
    await turns();
    await clock.advance(9_999);
    expect(failures).toEqual([]);
    await clock.advance(1);
    await said;
    expect(failures).toEqual(['the VAD has stopped']);
  });

  it('says so when somebody else has closed the VAD', async () => {
    const vad = new LoudnessVad();
    const { failures } = listen(vad);
    vad.streams[0]?.close();
    await until(() => failures.length === 1);
    expect(failures).toEqual(['the VAD has failed']);
  });

  it('takes another VAD in the middle of a sentence', async () => {
    const { say, story, segmenter } = listen();
    await say([1, 400]);
    await turns();
    segmenter.use(new LoudnessVad());
    await say([2, 400], [0, 300]);
    await segmenter.flush();
    expect(story()).toEqual([[[1, 400]], [[2, 400], [0, 200]]]); // prettier-ignore
    segmenter.close();
  });

  it('ends at once when it is closed, waits included', async () => {
    const { say, pieces, failures, segmenter } = listen(new LoudnessVad({ stopsAfter: 0 }));
    const said = say([1, 8_000]);
    await turns();
    segmenter.close();
    await said;
    await segmenter.flush();
    expect([pieces, failures]).toEqual([[], []]);
  });
});
