import { groupSamples, stamp } from '../soak/stamp.ts';
import { Ledger } from '../soak/ledger.ts';
import type { Stage } from '../stage.ts';
import type { Talk, Turn } from '../talk/talk.ts';
import { groupsIn, type UnderstandingEar } from './understanding-ear.ts';

const groupsPerMs = 24_000 / 1_000 / groupSamples;
/** Whose stamps they are: there is nobody else. */
const callerNumber = 1;
/** Two frames of the longest that a wire has. */
const toleranceMs = 200;
/** Between two dials. */
const longestWaitMs = 10_000;
/** Behind the last dial and the last word: the service ends the phrase, and tells it. */
const answerMs = 4_000;
const stepMs = 20;

/** When what happens to a phrase, in milliseconds. */
export interface Outage {
  /** From the first word until the line is cut. */
  beforeMs: number;
  outageMs: number;
  /** From there to the last word. */
  afterMs: number;
}

/**
 * A caller whose every sample is accounted for: of a phrase that is cut by an outage, what no transcript tells has been
 * reported as dropped, and nothing else has. A phrase before it was understood, and is not heard again.
 */
export async function cutPhrase(stage: Stage, outage: Outage): Promise<Turn> {
  const { clock, cloud, ears } = stage.parts;
  const { beforeMs, outageMs, afterMs } = outage;
  const caller = new Caller(stage);
  caller.say(5_000);
  await stage.pass(5_000 + answerMs);
  const before = { missingMs: caller.missingMs, droppedMs: ears.droppedMs };
  if (before.missingMs > toleranceMs || before.droppedMs > 0) stage.wrong.push('did not work before');

  caller.say(beforeMs + afterMs);
  await stage.pass(beforeMs);
  const fault = cloud.faults.inject('refuse-connection');
  cloud.dropSockets();
  await stage.pass(outageMs);
  fault.remove();
  const isAll = (): boolean => caller.missingMs - before.missingMs <= toleranceMs;
  const latest = clock.now() + longestWaitMs + Math.max(0, afterMs - outageMs) + answerMs;
  while (clock.now() < latest && !isAll()) await stage.pass(stepMs);
  const endedAt = caller.toldAt;
  // Whoever is told something twice is told it now.
  await stage.pass(answerMs);

  stage.wrong.push(...wrongs(outage, caller.missingMs - before.missingMs, ears.droppedMs), ...caller.wrongs);
  return { delivers: isAll() ? 'all' : 'part', endedAt };
}

function wrongs({ outageMs, afterMs }: Outage, missingMs: number, droppedMs: number): string[] {
  const found = `${Math.round(missingMs)} ms of speech are not heard, and ${Math.round(droppedMs)} were told`;
  // Silence behind the last word waits for a socket too, and is dropped and told as well.
  const silentMs = afterMs < outageMs ? outageMs - afterMs + longestWaitMs : 0;
  const isRight = missingMs <= droppedMs + toleranceMs && droppedMs <= missingMs + silentMs + toleranceMs;
  return isRight ? [] : [found];
}

/** Says stamped sound, and keeps books on what of it is told in transcripts. */
class Caller {
  /** When something was told last, by the clock. */
  toldAt = 0;
  readonly #stage: Stage;
  readonly #talk: Talk;
  readonly #ledger = new Ledger();
  #toldTwice = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#talk = stage.talk();
  }

  get missingMs(): number {
    return this.#ledger.missing / groupsPerMs;
  }

  get wrongs(): string[] {
    const { strange } = this.#stage.parts.ear as UnderstandingEar;
    const twiceMs = Math.round(this.#toldTwice / groupsPerMs);
    return [
      ...(strange > 0 ? [`${strange} samples are out of place`] : []),
      ...(twiceMs > 0 ? [`${twiceMs} ms of speech are told twice`] : []),
    ];
  }

  say(milliseconds: number): void {
    const ledger = this.#ledger;
    const samples = new Int16Array(milliseconds * groupsPerMs * groupSamples);
    stamp(samples, callerNumber, ledger.sent, true);
    ledger.sent += samples.length / groupSamples;
    this.#talk.say!(samples, (transcript) => {
      this.toldAt = this.#stage.parts.clock.now();
      for (const [from, to] of groupsIn(transcript)) this.#toldTwice += ledger.hear(from, to);
    });
  }
}
