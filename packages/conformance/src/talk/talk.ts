import type { APIConnectOptions } from '@livekit/agents';
import type { CellClock } from '../clock.ts';
import type { Ears } from '../ears.ts';
import type { Delivery } from '../expectation.ts';

/** What came of one turn. */
export interface Turn {
  delivers: Delivery;
  /** What came instead of what should have. */
  garbled?: string;
  /** When it was over, by the clock. */
  endedAt: number;
}

export interface TurnOptions {
  /** Called when the first of it was heard. */
  heard?: () => void;
  /** Reads nothing until then. */
  readAfter?: Promise<void>;
}

/** A model that is talked to, over LiveKit's interface and nothing else. */
export interface Talk {
  /** Opens what a call opens: a stream, a session, or nothing. */
  open(): void;
  /** Says samples as they are, where speech is what is listened to; `told` is given every transcript of them. */
  say?(samples: Int16Array, told: (transcript: string) => void): void;
  /** Asks or says something. Resolves when all of the answer is there, or it is clear that it will not come. */
  turn(options?: TurnOptions): Promise<Turn>;
  /** The caller has heard enough, or hangs up: whatever is under way ends. */
  interrupt(): void | Promise<unknown>;
  /** Streams and sessions that are there, to be printed. */
  things(): object[];
  /** Ends streams and sessions; the model is the runner's. */
  close(): Promise<void>;
}

/** What a talk is given. */
export interface TalkParts {
  model: object;
  ears: Ears;
  clock: CellClock;
  connOptions: APIConnectOptions;
  /** Frames are views of longer buffers. */
  views: boolean;
  /** The user listens to no errors. */
  deaf: boolean;
}

export function sleep(clock: CellClock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, milliseconds));
}

/** Something is still missing, nothing of it has come for so long, and something was told: it will not come. */
const patienceMs = 30_000;
/** After everything has come: time for it to come once more. */
const echoMs = 2_000;

/**
 * Waits until `isDone`, or until all hope is gone: something came or was told, and then nothing more for a while.
 * Where nothing ever comes or is told, it waits for ever, and the runner calls that by its name.
 */
export async function untilSettled(
  { clock, ears }: Pick<TalkParts, 'clock' | 'ears'>,
  { isDone, progress }: { isDone: () => boolean; progress: () => number },
): Promise<number> {
  let before = { told: ears.count, progress: progress() };
  const start = before;
  let since = clock.now();
  while (!isDone()) {
    await sleep(clock, 20);
    const now = { told: ears.count, progress: progress() };
    if (now.told !== before.told || now.progress !== before.progress) since = clock.now();
    before = now;
    const isHopeless = now.told !== start.told || now.progress !== start.progress;
    if (isHopeless && clock.now() - since > patienceMs) break;
  }
  // Where all hope is gone, it was gone when the last of it was heard.
  const endedAt = isDone() ? clock.now() : since;
  await sleep(clock, echoMs);
  return endedAt;
}
