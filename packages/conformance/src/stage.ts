import type { APIConnectOptions } from '@livekit/agents';
import type { Ear, Loopback } from '@patchbay/loopback';
import type { CellClock } from './clock.ts';
import type { Dials } from './dials.ts';
import type { Ears } from './ears.ts';
import type { Outcome } from './expectation.ts';
import type { Secrets } from './secrets.ts';
import type { Point, Subject, Where } from './subject.ts';
import { talks } from './talk/index.ts';
import type { Talk, Turn } from './talk/talk.ts';
import type { Storyteller } from './words.ts';

/** What came of it when nothing came of it. */
export const hangs: unique symbol = Symbol('hangs');

/** Longest turn, milliseconds of the clock: six dials of ten seconds, their pauses, and half as much again. */
const longestMs = 150_000;
/** A cell that takes this much real time turns in circles. */
const longestRealMs = 45_000;
const stepMs = 20;

/** Everything that one cell happens on. */
export interface StageParts {
  subject: Subject;
  secrets: Secrets;
  where: Where;
  clock: CellClock;
  cloud: Loopback;
  /** Of the cloud, where it is not the plain one. */
  ear?: Ear;
  ears: Ears;
  dials: Dials;
  storyteller: Storyteller;
  connOptions: APIConnectOptions;
  points: Readonly<Record<'begun' | 'output' | 'last', Point>>;
  real: boolean;
  /** In real time: after so many milliseconds a turn is said to hang. */
  patienceMs: number;
}

export class Stage {
  readonly parts: StageParts;
  readonly model: object;
  readonly wrong: string[] = [];
  readonly #realStart = performance.now();
  readonly #talks: Talk[] = [];

  constructor(parts: StageParts) {
    this.parts = parts;
    const { subject, where, connOptions, real } = parts;
    this.model = subject.create(where, real ? connOptions : undefined);
  }

  /** Another call by the same model. */
  talk({ views = false, deaf = false }: { views?: boolean; deaf?: boolean } = {}): Talk {
    const { subject, ears, clock, connOptions } = this.parts;
    const talk = new talks[subject.kind]({ model: this.model, ears, clock, connOptions, views, deaf });
    this.#talks.push(talk);
    talk.open();
    return talk;
  }

  /** The call that there is, or a new one. */
  again(): Talk {
    return this.#talks.at(-1) ?? this.talk();
  }

  get things(): object[] {
    return [this.model, ...this.#talks.flatMap((talk) => talk.things())];
  }

  /** Lets time pass until it is settled, or for too long. */
  async settle<T>(promise: Promise<T>, withinMs?: number): Promise<T | typeof hangs> {
    const { clock, real, patienceMs } = this.parts;
    const endMs = clock.now() + (withinMs ?? (real ? patienceMs : longestMs));
    let isOver = false;
    const over = (): void => void (isOver = true);
    promise.then(over, over);
    while (!isOver) {
      if (clock.now() > endMs || performance.now() - this.#realStart > longestRealMs) return hangs;
      await clock.advance(stepMs);
    }
    return promise;
  }

  /** A session that is on its way back gets there, or not. */
  async reconnected(): Promise<void> {
    const { ears, real } = this.parts;
    const isOnItsWay = (): boolean => ['reconnecting', 'connecting'].includes(ears.tells.at(-1) ?? '');
    for (let waits = 0; waits < 500 && isOnItsWay() && !ears.final && !real; waits++) await this.pass(stepMs);
  }

  async pass(milliseconds: number): Promise<void> {
    const { clock } = this.parts;
    const endMs = clock.now() + milliseconds;
    while (clock.now() < endMs) await clock.advance(Math.min(stepMs, endMs - clock.now()));
  }

  /** What a turn amounts to, with everything that was told meanwhile. */
  judge(turn: Turn | typeof hangs, turns = 1): Outcome {
    const { ears, dials } = this.parts;
    if (turn !== hangs && turn.garbled !== undefined) this.wrong.push(`garbled: ${turn.garbled}`);
    if (ears.final) return 'fails';
    if (turn === hangs) return 'hangs';
    const told = ears.recoverable + ears.rejections + ears.droppedMs > 0 || ears.tells.includes('reconnecting');
    if (turn.delivers === 'all') return told || dials.count > turns ? 'recovers' : 'completes';
    return told ? 'recovers' : 'silent';
  }

  /** Ends the model; how long it took, or `hangs`. */
  async closeModel(): Promise<number | typeof hangs> {
    const { clock } = this.parts;
    const before = clock.now();
    const model = this.model as { aclose?: () => Promise<void>; close?: () => Promise<void> };
    const closed = (model.aclose ?? model.close)?.call(model) ?? Promise.resolve();
    const took = await this.settle(
      closed.then(() => clock.now() - before),
      10_000,
    );
    return took;
  }

  async closeTalks(): Promise<void> {
    await this.settle(Promise.all(this.#talks.map((talk) => talk.close())), 10_000);
  }
}
