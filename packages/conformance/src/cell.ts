import { Console } from 'node:console';
import { Agent } from 'node:https';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { acts, type Act, type ActResult } from './acts.ts';
import { newClock, type CellClock } from './clock.ts';
import { Dials } from './dials.ts';
import { Ears, seen } from './ears.ts';
import type { Observation } from './expectation.ts';
import type { FaultRow } from './faults.ts';
import { leaksIn, picturesOf, type Secrets } from './secrets.ts';
import { takeSpans } from './testing/spans.ts';
import { hangs, Stage, type StageParts } from './stage.ts';
import type { Subject, Where } from './subject.ts';
import { VirtualTimers } from './virtual-timers.ts';
import { Storyteller } from './words.ts';

export interface CellOptions {
  subject: Subject;
  row: FaultRow;
  secrets: Secrets;
  /** Which of a subject's points to take. */
  round: number;
  /** In real time: the plugin takes no clock. */
  real: boolean;
  /** In real time: after so many milliseconds a turn is said to hang. Default 6,000. */
  patienceMs?: number;
}

/** A caller has hung up after half a minute; LiveKit's own waits stand. */
const patient = { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 };
/** In real time nobody waits that long; the attempts are as many. */
const hasty = { maxRetry: 3, retryIntervalMs: 20, timeoutMs: 1_000 };

/** One fault on one class: sets the stage, lets it happen, and looks at what came of it. */
export async function runCell({
  subject,
  row,
  secrets,
  round,
  real,
  patienceMs = 6_000,
}: CellOptions): Promise<Observation> {
  const clock = newClock(real);
  const restore = real ? (): void => undefined : installRuntime({ ...createTestRuntime(), clock });
  const timers = real ? undefined : new VirtualTimers(clock);
  const storyteller = new Storyteller();
  const points = pointsOf(subject, round);
  const faults = (row.faults ?? []).map((fault) => fault.replace(/\{(\w+)\}/g, (_, at: 'begun') => String(points[at])));
  const act = acts[row.act ?? ''] ?? {};
  const ear = act.ear?.();
  const cloud = await startLoopback({
    voice: 'plain',
    ...(ear === undefined ? {} : { ear }),
    mind: storyteller,
    faults,
    gateway: subject.gateway,
    ...(real ? {} : { clock }),
  });
  const ears = new Ears();
  const where = placeFor(row, cloud, secrets);
  const prepared = act.prepare?.(where, subject, secrets) ?? where;
  const hosts = (): string[] => [`127.0.0.1:${cloud.port}`, `voice.internal:${cloud.port}`];
  const dials = new Dials(hosts);
  const connOptions = real ? hasty : patient;
  const parts: StageParts = {
    ...{
      subject,
      secrets,
      clock,
      cloud,
      ...(ear && { ear }),
      ears,
      dials,
      storyteller,
      connOptions,
      points,
      real,
      patienceMs,
    },
    where: prepared,
  };
  try {
    return await perform(parts, act, timers);
  } finally {
    dials.stop();
    await cloud.close();
    timers?.restore();
    restore();
  }
}

/** What nearly every row is: one turn while the fault lies in wait. */
async function plainTurn(stage: Stage): Promise<ActResult> {
  return { turn: await stage.settle(stage.talk().turn()) };
}

async function perform(parts: StageParts, act: Act, timers: VirtualTimers | undefined): Promise<Observation> {
  const { clock, ears, dials, secrets, cloud } = parts;
  const startedAt = clock.now();
  let stage: Stage;
  try {
    stage = new Stage(parts);
  } catch (error) {
    return refusal(error, secrets);
  }
  const { turn, outcome, over, renew, turns, leaks = [] } = await (act.run?.(stage) ?? plainTurn(stage));
  if (over !== true) await stage.reconnected();
  const observation: Observation = {
    outcome: outcome ?? stage.judge(turn, turns),
    ...(ears.final === undefined ? {} : { error: ears.final }),
    dials: dials.count,
    ms: Math.round((turn === hangs ? clock.now() : turn.endedAt) - startedAt),
    delivers: turn === hangs ? 'nothing' : turn.delivers,
    recoverable: ears.recoverable,
    tells: [...ears.tells],
    droppedMs: Math.round(ears.droppedMs),
    afterwards: 'works',
    left: [],
    leaks,
    wrong: stage.wrong,
  };
  cloud.faults.clear();
  act.mend?.();
  // A port that was closed opens again.
  if (parts.real) await stage.pass(100);
  if (over !== true && !parts.real) observation.afterwards = await onceMore(stage, renew === true);
  for (const thing of stage.things) {
    // What a person who debugs would do, for whoever reads our output.
    print(thing);
    observation.leaks.push(...leaksIn(picturesOf(thing), secrets, `a printed ${thing.constructor.name}`));
  }
  for (const heard of ears.heard) {
    print(heard);
    observation.leaks.push(...leaksIn(picturesOf(heard), secrets, 'an event'));
  }
  observation.leaks.push(...leaksIn([...ears.ids].join(' '), secrets, 'an id'));
  if (!parts.real) observation.left = await leave(stage, timers);
  observation.leaks.push(...leaksIn(takeSpans(), secrets, 'a span'));
  return observation;
}

/** With the fault gone, the model does what it is for. */
async function onceMore(stage: Stage, renew: boolean): Promise<string> {
  const { ears } = stage.parts;
  ears.forget();
  const turn = await stage.settle((renew ? stage.talk() : stage.again()).turn());
  if (turn === hangs) return 'hangs';
  if (turn.delivers === 'all') return 'works';
  const { final } = ears;
  return `delivers ${turn.delivers}${turn.garbled ? ` (${turn.garbled})` : ''}${final ? `: ${final.message}` : ''}`;
}

/** Prints as `console.log` does. */
const terminal = new Console(process.stdout, process.stderr);

/** Node's own streams throw where their writer is gone and somebody prints them. */
function print(thing: unknown): void {
  try {
    terminal.log(thing);
  } catch (error) {
    terminal.log(String(error));
  }
}

/** Closes everything, and says what is still there. */
async function leave(stage: Stage, timers: VirtualTimers | undefined): Promise<string[]> {
  const { cloud, clock, dials } = stage.parts;
  await stage.closeTalks();
  const left: string[] = [];
  if ((await stage.closeModel()) === hangs) left.push('close() hangs');
  await stage.pass(2_500);
  if (dials.open > 0) left.push(`${dials.open} sockets`);
  await cloud.close();
  await clock.advance(0);
  const ours = clock.pending - (timers?.pending ?? 0);
  if (ours > 0) left.push(`${ours} timers`);
  return left;
}

function refusal(error: unknown, secrets: Secrets): Observation {
  const leaks = leaksIn(picturesOf(error), secrets, 'what the constructor threw');
  return {
    ...{ outcome: 'refused', error: seen(error), dials: 0, ms: 0, delivers: 'nothing', recoverable: 0, tells: [] },
    ...{ droppedMs: 0, afterwards: 'works', left: [], leaks, wrong: [] },
  };
}

function pointsOf({ points }: Subject, round: number): StageParts['points'] {
  const one = <T>(list: readonly T[]): T => list[round % list.length] as T;
  return { begun: one(points.begun), output: one(points.output), last: one(points.last) };
}

function placeFor({ id }: FaultRow, cloud: Pick<Loopback, 'ca' | 'origin' | 'url'>, secrets: Secrets): Where {
  const { key, header, token, password } = secrets;
  const proxy = cloud.origin.replace('://', `://caller:${encodeURIComponent(password)}@`);
  return {
    apiKey: key,
    baseURL: cloud.url,
    headers: { 'x-gateway-key': header },
    query: { token },
    ...(id.startsWith('proxy-') || id.startsWith('echoed-') ? { proxy } : {}),
    // Where certificates are at stake, the authority is not.
    ...(id.startsWith('tls-') ? { agent: new Agent({ ca: cloud.ca }) } : {}),
  };
}

export type { CellClock };
