import { startLoopback, type CloudEvent, type Loopback, type Mind } from '@patchbay/loopback';
import type { Clock } from '@patchbay/ws-session';
import type { Subject } from '../subject.ts';
import type { LongKind } from './calls.ts';
import { CountingEar, type Speaking } from './counting-ear.ts';
import { Member } from './member.ts';
import { mishaps, type Mishap } from './mishaps.ts';
import { wholeBetween } from './random.ts';

/** Sound flows for so long before a fault, and behind it unless that is said otherwise. */
const aroundMs = 15_000;
/** A fault that met nobody is taken away after this. */
const patienceMs = 10_000;
/** Faults come once in this, at any moment of it. */
const everyMs = 3_600_000;

const terse: Mind = {
  async *reply() {
    yield { type: 'text', text: 'Yes.' };
  },
};

export interface ClusterOptions {
  clock: Clock;
  random: () => number;
  subject: Subject;
  /** Caller of the first member; the others follow. */
  firstCaller: number;
  size: number;
}

/** Sessions of one class with a cloud of their own, and its faults. */
export class Cluster {
  readonly members: readonly Member[];
  readonly cloud: Loopback;
  /** Sessions that each fault has hit. */
  readonly hits: Map<string, number> = new Map();
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #kind: LongKind;
  readonly #ear: CountingEar;
  #warnAt = Infinity;
  #strikeAt = Infinity;
  #mendAt = Infinity;
  #nextHourAt: number;
  #mishap: Mishap | undefined;

  static async start(options: ClusterOptions): Promise<Cluster> {
    const callers = new Map<number, Speaking>();
    const ear = new CountingEar(callers);
    const { clock } = options;
    const cloud = await startLoopback({ voice: 'plain', ear, mind: terse, clock, faults: [] });
    return new Cluster(options, cloud, ear, callers);
  }

  private constructor(options: ClusterOptions, cloud: Loopback, ear: CountingEar, callers: Map<number, Speaking>) {
    const { clock, random, subject, firstCaller, size } = options;
    this.#clock = clock;
    this.#random = random;
    this.#kind = subject.kind as LongKind;
    this.#ear = ear;
    this.cloud = cloud;
    cloud.on('event', (event) => this.#told(event));
    const where = { apiKey: 'soak', baseURL: cloud.url, headers: {}, query: {} };
    this.members = Array.from({ length: size }, (_, index) => {
      const member = new Member(subject, firstCaller + index, { clock, random, where });
      callers.set(member.caller, member);
      return member;
    });
    this.#nextHourAt = clock.now();
    this.#plan();
  }

  /** Samples that are no caller's. */
  get strange(): number {
    return this.#ear.strange;
  }

  get wakesAt(): number {
    return Math.min(this.#warnAt, this.#strikeAt, this.#mendAt);
  }

  /** Does what is due. */
  act(): void {
    const now = this.#clock.now();
    if (now >= this.#warnAt) this.#warn();
    if (now >= this.#strikeAt) this.#strike();
    if (now >= this.#mendAt) this.#mend();
  }

  /** What is kept for those who ask, here and there, is of no interest, and grows. */
  forget(): void {
    for (const member of this.members) member.forget();
    (this.cloud.requests as unknown[]).length = 0;
    (this.cloud.arrivals as unknown[]).length = 0;
  }

  /** The next fault: anywhere in its hour, but with room for the sound around it. */
  #plan(): void {
    const possible = mishaps.filter(({ notFor }) => !notFor?.includes(this.#kind));
    this.#mishap = possible[wholeBetween(this.#random, 0, possible.length - 1)]!;
    const earliest = this.#nextHourAt + 120_000;
    this.#strikeAt = earliest + wholeBetween(this.#random, 0, everyMs - 300_000);
    this.#warnAt = this.#strikeAt - aroundMs;
    this.#nextHourAt += everyMs;
  }

  #warn(): void {
    this.#warnAt = Infinity;
    const { flowMs = aroundMs } = this.#mishap!;
    for (const member of this.members) member.disturb(this.#strikeAt + flowMs);
  }

  #strike(): void {
    this.#strikeAt = Infinity;
    const { fault, needsDial, times = 1, persists } = this.#mishap!;
    if (persists) for (const member of this.members) member.spoil();
    const count = wholeBetween(this.#random, 1, this.members.length);
    this.cloud.faults.inject(fault.startsWith('refuse-connection') ? fault : `${fault},times=${count * times}`);
    if (needsDial) this.cloud.faults.inject(`close-after:0,code=1012,times=${count}`);
    this.#mendAt = this.#clock.now() + patienceMs;
  }

  #mend(): void {
    this.#mendAt = Infinity;
    this.cloud.faults.clear();
    this.#plan();
  }

  #told({ lane, name, detail }: CloudEvent): void {
    if (lane !== 'fault' || name !== 'fault-injected') return;
    const fault = String(detail.fault);
    this.hits.set(fault, (this.hits.get(fault) ?? 0) + 1);
  }
}
