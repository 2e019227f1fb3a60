import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudioFrame } from '@livekit/rtc-node';
import { expectSame } from '../client.ts';
import { speechFrames } from '../speech-frames.ts';
import type { Service } from './service.ts';
import { sampleRate } from './talker.ts';
import type { Talker } from './talker.ts';

const bytesPerSecond = 2 * sampleRate;
/** How far the server may be behind: less than what any client would call congested. */
const aheadSeconds = 1;

/** A second of a voice, in frames of so many milliseconds. */
export function secondOfFrames(frameMs: number): AudioFrame[] {
  return speechFrames({ sampleRate, frameMs, milliseconds: 1_000 });
}

/** Says so much as fast as the server hears it. Throws if it did not hear all of it. */
export async function say(
  seconds: number,
  frames: readonly AudioFrame[],
  talker: Pick<Talker, 'push'>,
  service: Service,
): Promise<void> {
  const before = (await service.counts()).audioBytes;
  for (let second = 1; second <= seconds; second++) {
    for (const frame of frames) talker.push(frame);
    await service.heard(before + (second - aheadSeconds) * bytesPerSecond);
    // What the session's own socket has read meanwhile is its turn too.
    await nextTurn();
  }
  const until = before + seconds * bytesPerSecond;
  await service.heard(until);
  const { audioBytes } = await service.counts();
  expectSame('bytes that the server heard', audioBytes - before, until - before);
}
