import { groupSamples, stamp } from '../soak/stamp.ts';
import { Ledger } from '../soak/ledger.ts';
import { hangs, type Stage } from '../stage.ts';
import { sleep, type Turn } from '../talk/talk.ts';
import { groupsIn, UnderstandingEar } from './understanding-ear.ts';

const groupsPerMs = 24_000 / 1_000 / groupSamples;
/** Whose stamps they are: there is nobody else. */
const caller = 1;
/** Two frames of the longest that a wire has. */
const toleranceMs = 200;
/** Behind the last word: the service ends the phrase, and everything that is owed has come. */
const answerMs = 20_000;
/** Between two dials. */
const longestWaitMs = 10_000;
const stepMs = 20;

/** When what happens to a phrase, in milliseconds. */
export interface Outage {
  /** From the first word until the line is cut. */
  beforeMs: number;
  outageMs: number;
  /** From there to the last word; so long as the outage and more, if the caller talks on. */
  afterMs: number;
}

/**
 * A caller whose every sample is accounted for: of a phrase that is cut by an outage, what no transcript tells has been
 * reported as dropped, and nothing else has. A phrase before it was understood, and is not heard again.
 */
export async function cutPhrase(stage: Stage, { beforeMs, outageMs, afterMs }: Outage): Promise<Turn | typeof hangs> {
  const { clock, cloud, ears } = stage.parts;
  const talk = stage.talk();
  const ledger = new Ledger();
  let toldTwice = 0;
  const told = (transcript: string): void => {
    for (const [from, to] of groupsIn(transcript)) toldTwice += ledger.hear(from, to);
  };
  const say = (milliseconds: number): void => {
    const samples = new Int16Array(milliseconds * groupsPerMs * groupSamples);
    stamp(samples, caller, ledger.sent, true);
    ledger.sent += samples.length / groupSamples;
    talk.say?.(samples, told);
  };

  say(5_000);
  await stage.settle(sleep(clock, 10_000));
  if (ledger.missing > toleranceMs * groupsPerMs || ears.droppedMs > 0) stage.wrong.push('did not work before');
  const first = { missing: ledger.missing, sent: ledger.sent };

  say(beforeMs + afterMs);
  await stage.pass(beforeMs);
  const fault = cloud.faults.inject('refuse-connection');
  cloud.dropSockets();
  await stage.pass(outageMs);
  fault.remove();
  const talksOnMs = Math.max(0, afterMs - outageMs);
  const everything = ledger.sent;
  const isAll = (): boolean => ledger.missing - first.missing <= toleranceMs * groupsPerMs;
  const end = clock.now() + talksOnMs + answerMs;
  let endedAt = clock.now();
  for (; clock.now() < end; await stage.pass(stepMs)) if (!isAll()) endedAt = clock.now();

  const missingMs = (ledger.missing - first.missing) / groupsPerMs;
  const { droppedMs } = ears;
  // Silence behind the last word waits for a socket too, and is dropped and told as well.
  const silentMs = afterMs < outageMs ? outageMs - afterMs + longestWaitMs : 0;
  if (missingMs > droppedMs + toleranceMs)
    stage.wrong.push(`${Math.round(missingMs)} ms of speech are not heard, and ${Math.round(droppedMs)} were told`);
  if (droppedMs > missingMs + silentMs + toleranceMs)
    stage.wrong.push(`${Math.round(droppedMs)} ms are told as dropped, and ${Math.round(missingMs)} are not heard`);
  if (toldTwice > 0) stage.wrong.push(`${Math.round(toldTwice / groupsPerMs)} ms of speech are told twice`);
  const { strange } = stage.parts.ear as UnderstandingEar;
  if (strange > 0) stage.wrong.push(`${strange} samples are out of place`);
  const heard = everything - first.sent - (ledger.missing - first.missing);
  return { delivers: isAll() ? 'all' : heard > 0 ? 'part' : 'nothing', endedAt };
}
