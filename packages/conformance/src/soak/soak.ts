import { initializeLogger } from '@livekit/agents';
import { createTestRuntime, installRuntime, ManualClock } from '@patchbay/ws-session/testing';
import type { Subject } from '../subject.ts';
import { VirtualTimers } from '../virtual-timers.ts';
import { heapInUse, openHandles, type Census } from './census.ts';
import { Cluster } from './cluster.ts';
import { growth } from './growth.ts';
import { frameMs, type Member } from './member.ts';
import type { Mix } from './mix.ts';
import { seededRandom } from './random.ts';
import type { SoakReport } from './report.ts';
import { groupSamples } from './stamp.ts';

export interface SoakOptions {
  subjects: readonly Subject[];
  mix: Mix;
  /** Of session time. */
  hours: number;
  seed: number;
  /** Told now and then how far it is. */
  told?: (line: string) => void;
}

/** A cloud of its own for so many sessions. */
const clusterSize = 10;
/** Enough for everything in flight to arrive and every socket to close. */
const closingMs = 60_000;

/** Lets many sessions live for many hours of the clock while things go wrong, and accounts for every sample. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const soak = new Soak(options);
  return soak.run();
}

class Soak {
  readonly #options: SoakOptions;
  readonly #clock = new ManualClock();
  readonly #startedAt = this.#clock.now();
  readonly #breaches: string[] = [];
  readonly #toldBreaches = new Set<string>();
  readonly #census: Census[] = [];
  #clusters: Cluster[] = [];
  #members: Member[] = [];

  constructor(options: SoakOptions) {
    this.#options = options;
  }

  async run(): Promise<SoakReport> {
    initializeLogger({ pretty: false, level: 'silent' });
    const { seed } = this.#options;
    const began = performance.now();
    const cpu = process.cpuUsage();
    const random = seededRandom(seed);
    const restore = installRuntime({ ...createTestRuntime(), clock: this.#clock });
    const timers = new VirtualTimers(this.#clock);
    const warned = (warning: Error): void => void this.#breaches.push(`${warning.name}: ${warning.message}`);
    const rejected = (reason: unknown): void =>
      void this.#breaches.push(`a rejection nobody handled: ${String(reason)}`);
    process.on('warning', warned).on('unhandledRejection', rejected);
    try {
      await this.#open(random);
      await this.#live();
      await this.#close();
    } finally {
      process.off('warning', warned).off('unhandledRejection', rejected);
      timers.restore();
      restore();
    }
    const used = process.cpuUsage(cpu);
    return this.#report((performance.now() - began) / 1_000, (used.user + used.system) / 1e6);
  }

  async #open(random: () => number): Promise<void> {
    let caller = 1;
    for (const [kind, count] of Object.entries(this.#options.mix)) {
      const subject = this.#options.subjects.find((each) => each.kind === kind && each.transport === 'websocket');
      if (!subject) throw new Error(`there is no class of kind '${kind}'`);
      for (let left = count; left > 0; left -= clusterSize) {
        const size = Math.min(clusterSize, left);
        const cluster = await Cluster.start({ clock: this.#clock, random, subject, firstCaller: caller, size });
        this.#clusters.push(cluster);
        caller += size;
      }
    }
    this.#members = this.#clusters.flatMap(({ members }) => members);
  }

  async #live(): Promise<void> {
    const clock = this.#clock;
    const endAt = this.#startedAt + this.#options.hours * 3_600_000;
    // The first mark is an hour's too: what is made once has been made by then.
    let markAt = this.#startedAt + 3_600_000;
    while (clock.now() < endAt) {
      for (const cluster of this.#clusters) cluster.act();
      for (const member of this.#members) member.check();
      const speaking = this.#members.filter((member) => member.flows);
      if (speaking.length > 0) {
        for (const member of speaking) member.speak();
        await clock.advance(frameMs);
        continue;
      }
      if (clock.now() >= markAt) {
        await this.#mark();
        markAt += 3_600_000;
      }
      const wakesAt = Math.min(
        endAt,
        markAt,
        ...this.#clusters.map((cluster) => cluster.wakesAt),
        ...this.#members.map((member) => member.wakesAt),
      );
      // Whole frames: what a microphone gives does not depend on when somebody looked.
      await clock.advance(Math.max(frameMs, Math.ceil((wakesAt - clock.now()) / frameMs) * frameMs));
    }
    await this.#mark();
  }

  async #mark(): Promise<void> {
    for (const cluster of this.#clusters) cluster.forget();
    const census: Census = {
      hour: (this.#clock.now() - this.#startedAt) / 3_600_000,
      heap: heapInUse(),
      timers: this.#clock.pending,
      sockets: this.#clusters.reduce((sum, { cloud }) => sum + cloud.sockets, 0),
      handles: openHandles(),
      listeners: this.#members.reduce((sum, member) => sum + member.listeners, 0),
    };
    this.#census.push(census);
    this.#options.told?.(
      `hour ${census.hour.toFixed(1)}: ${(census.heap / 1e6).toFixed(1)} MB, ${census.timers} timers, ` +
        `${census.sockets} sockets, ${census.handles} handles, ${census.listeners} listeners`,
    );
    for (const breach of this.#found()) {
      if (this.#toldBreaches.has(breach)) continue;
      this.#toldBreaches.add(breach);
      this.#options.told?.(`✘ ${breach}`);
    }
  }

  /** What is known to be wrong so far. */
  #found(): string[] {
    const found = [...this.#breaches];
    for (const { breaches, ledger, name } of this.#members) {
      const unaccounted = ledger.unaccounted * groupSamples;
      if (unaccounted > 0) found.push(`${name}: ${unaccounted} samples are unaccounted for`);
      for (const breach of [...breaches, ...ledger.faults]) found.push(`${name}: ${breach}`);
    }
    return found;
  }

  /** Everybody hangs up; nothing may be left. */
  async #close(): Promise<void> {
    const clock = this.#clock;
    // Whoever is still talking finishes.
    for (let speaking = this.#members; speaking.length > 0; speaking = this.#members.filter(({ flows }) => flows)) {
      if (clock.now() > this.#startedAt + this.#options.hours * 3_600_000 + 30 * 60_000) break;
      for (const member of speaking) if (member.flows) member.speak();
      await clock.advance(frameMs);
      for (const cluster of this.#clusters) cluster.cloud.faults.clear();
    }
    await this.#within('a session did not close', Promise.all(this.#members.map((member) => member.close())));
    await clock.advance(1_000);
    const sockets = this.#clusters.reduce((sum, { cloud }) => sum + cloud.sockets, 0);
    if (sockets > 0) this.#breaches.push(`${sockets} sockets are left when all sessions are closed`);
    await this.#within('a cloud did not close', Promise.all(this.#clusters.map(({ cloud }) => cloud.close())));
    await clock.advance(0);
    if (clock.pending > 0) this.#breaches.push(`${clock.pending} timers are left when everything is closed`);
    if (openHandles() > 0)
      this.#breaches.push(`${openHandles()} sockets of the process are left when everything is closed`);
  }

  async #within(what: string, work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = (): void => void (isDone = true);
    work.then(done, (error: unknown) => {
      this.#breaches.push(String(error));
      done();
    });
    const until = this.#clock.now() + closingMs;
    while (!isDone && this.#clock.now() < until) await this.#clock.advance(100);
    if (!isDone) this.#breaches.push(what);
  }

  #report(wallSeconds: number, cpuSeconds: number): SoakReport {
    const members = this.#members;
    const sum = (of: (member: Member) => number): number => members.reduce((total, each) => total + of(each), 0);
    const samples = (of: (member: Member) => number): number => sum(of) * groupSamples;
    const faults: Record<string, number> = {};
    for (const { hits } of this.#clusters) for (const [name, count] of hits) faults[name] = (faults[name] ?? 0) + count;
    for (const { ledger } of members) ledger.close();
    const strange = this.#clusters.reduce((total, cluster) => total + cluster.strange, 0);
    if (strange > 0) this.#breaches.push(`${strange} samples are no caller's`);
    const counts = members.map(({ name }) => name.replace(/ #.*/, ''));
    return {
      seed: this.#options.seed,
      sessions: Object.fromEntries(
        [...new Set(counts)].map((name) => [name, counts.filter((each) => each === name).length]),
      ),
      sessionHours: members.length * this.#options.hours,
      rotations: sum((member) => member.rotations),
      reconnects: sum((member) => member.reconnects),
      faults,
      samples: {
        sent: samples(({ ledger }) => ledger.sent),
        received: samples(({ ledger }) => ledger.received),
        dropped: samples(({ ledger }) => ledger.dropped),
        replayed: samples(({ ledger }) => ledger.replayed),
        overReported: samples(({ ledger }) => ledger.overReported),
        unaccounted: samples(({ ledger }) => ledger.unaccounted),
      },
      census: this.#census,
      wallSeconds,
      cpuSeconds,
      breaches: [...this.#found(), ...growth(this.#census, members.length)],
    };
  }
}
