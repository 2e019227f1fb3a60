import type { EventEmitter } from 'node:events';
import { AudioFrame } from '@livekit/rtc-node';
import type { Clock, ConnectionEvent } from '@patchbay/ws-session';
import { titleOf, type Subject, type Where } from '../subject.ts';
import { calls, type Call, type LongKind } from './calls.ts';
import type { Speaking } from './counting-ear.ts';
import { Ledger } from './ledger.ts';
import { groupSamples, stamp } from './stamp.ts';

const sampleRate = 24_000;
export const frameMs = 10;
const frameSamples = (sampleRate * frameMs) / 1_000;
const frameGroups = frameSamples / groupSamples;
const groupsPerMs = sampleRate / 1_000 / groupSamples;
/** Sound ends where the longest frame of any wire does. */
const evenGroups = 200 * groupsPerMs;

/** Sound flows for so long before and behind what is of interest. */
export const aroundMs = 15_000;
/** A caller who talks makes a pause now and then: so long talking, so long not. */
const talking = { loudMs: 3_000, quietMs: 6_000 };

/** Age of a socket at which each class looks for a quiet moment to replace it: its defaults, and loopback's lives. */
const rotationAgeMs: Readonly<Record<LongKind, number>> = {
  // 55 minutes, less a minute by chance, half of which is taken.
  stt: 54.5 * 60_000,
  realtime: 20 * 60_000,
  // A minute before an hour, or two hours, are over.
  interpreter: 59 * 60_000,
  duplex: 119 * 60_000,
};
/** Later than this, it does not come at all. */
const longestWaitMs = 5 * 60_000;

interface MemberOptions {
  clock: Clock;
  random: () => number;
  where: Where;
}

/** One session under soak: a caller with a microphone, and everything that is known of the call. */
export class Member implements Speaking {
  readonly kind: LongKind;
  readonly name: string;
  readonly caller: number;
  readonly ledger: Ledger = new Ledger();
  readonly breaches: string[] = [];
  rotations = 0;
  reconnects = 0;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #call: Call;
  /** Whether more than a machine would hear this caller. */
  #isTalking = false;
  #spokeAt = -Infinity;
  #flowsUntil = 0;
  #rotatesAt = Infinity;
  #disturbedUntil = 0;
  /** What was missing and reported when the sound around a rotation began. */
  #before: { missing: number; dropped: number } | undefined;
  #checkAt = Infinity;
  #over = false;

  constructor(subject: Subject, caller: number, { clock, random, where }: MemberOptions) {
    this.kind = subject.kind as LongKind;
    this.caller = caller;
    this.name = `${titleOf(subject)} #${caller}`;
    this.#clock = clock;
    this.#random = random;
    const model = subject.create(where);
    (model as EventEmitter).on('connection', (event: ConnectionEvent) => this.#hear(event));
    // A call begins with somebody who says something.
    this.disturb(clock.now() + aroundMs);
    this.#call = calls[this.kind](model, (error) => this.#ended(error));
  }

  get replays(): boolean {
    return this.kind !== 'duplex';
  }

  get isOver(): boolean {
    return this.#over;
  }

  get listeners(): number {
    const of = (emitter: EventEmitter): number =>
      emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
    return this.#call.emitters.reduce((sum, emitter) => sum + of(emitter), 0);
  }

  /** When sound is to flow next, by the clock. */
  get wakesAt(): number {
    if (this.#over) return Infinity;
    const now = this.#clock.now();
    return Math.min(this.flows ? now : this.#rotatesAt - aroundMs, this.#checkAt);
  }

  get flows(): boolean {
    if (this.#over) return false;
    const now = this.#clock.now();
    return now < this.#flowsUntil || now >= this.#rotatesAt - aroundMs || this.ledger.sent % evenGroups !== 0;
  }

  /** Something is going to happen to the cloud: sound flows until then. */
  disturb(untilMs: number): void {
    this.#flowsUntil = Math.max(this.#flowsUntil, untilMs);
    this.#disturbedUntil = Math.max(this.#disturbedUntil, untilMs + aroundMs);
    this.#before = undefined;
  }

  /** A socket that is hit now is never again what it was. */
  spoil(): void {
    this.#disturbedUntil = Infinity;
  }

  /** One frame of the microphone's. */
  speak(): void {
    const now = this.#clock.now();
    const { ledger } = this;
    if (this.#spokeAt < now - frameMs) {
      // What was said last time has had minutes to arrive, or to be reported.
      ledger.close();
      this.#isTalking = this.#random() < 0.5;
      this.#before = now >= this.#disturbedUntil ? this.#books : undefined;
    }
    this.#spokeAt = now;
    const phase = now % (talking.loudMs + talking.quietMs);
    const samples = new Int16Array(frameSamples);
    stamp(samples, this.caller, ledger.sent, this.#isTalking && phase < talking.loudMs);
    ledger.sent += frameGroups;
    this.#call.push(new AudioFrame(samples, sampleRate, 1, frameSamples));
  }

  /** Looks at what time has made of it. */
  check(): void {
    const now = this.#clock.now();
    if (now >= this.#rotatesAt + longestWaitMs && this.#disturbedUntil < Infinity) {
      this.breaches.push(`no rotation at ${Math.round(now / 1_000)} s`);
      this.#rotatesAt = Infinity;
    }
    if (now < this.#checkAt) return;
    this.#checkAt = Infinity;
    const { missing, dropped } = this.#books;
    const before = this.#before;
    this.#before = undefined;
    if (before && (missing !== before.missing || dropped !== before.dropped)) {
      this.breaches.push(
        `a planned rotation at ${Math.round(now / 1_000)} s: ${missing - before.missing} groups lost, ${dropped - before.dropped} reported`,
      );
    }
  }

  forget(): void {
    if (!this.#over) this.#call.forget?.();
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#call.close();
  }

  get #books(): { missing: number; dropped: number } {
    return { missing: this.ledger.missing, dropped: this.ledger.dropped };
  }

  #hear(event: ConnectionEvent): void {
    const now = this.#clock.now();
    if (event.type === 'open') this.#rotatesAt = now + rotationAgeMs[this.kind];
    else if (event.type === 'audio-dropped') this.ledger.reportDropped(event.droppedMs * groupsPerMs);
    else if (event.type === 'reconnecting') this.reconnects++;
    else if (event.type === 'rotated') {
      this.rotations++;
      this.#flowsUntil = Math.max(this.#flowsUntil, now + aroundMs);
      // When the sound behind it has arrived.
      if (this.#before) this.#checkAt = now + aroundMs + 1_000;
      if (this.#disturbedUntil === Infinity) this.#disturbedUntil = now + aroundMs;
    }
  }

  #ended(error: unknown): void {
    this.#over = true;
    this.breaches.push(`ended for good: ${error instanceof Error ? error.message : String(error)}`);
  }
}
