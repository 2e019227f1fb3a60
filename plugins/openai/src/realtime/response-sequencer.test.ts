import type { RealtimeReply } from '@patchbay/plugin-kit';
import { ManualClock } from '@patchbay/ws-session/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseSequencer } from './response-sequencer.ts';

/** Nobody waits longer for a reply. */
const replyMs = 10_000;

/** A sequencer, a socket that may be lost, and the replies that somebody waits for. */
class Rig {
  readonly clock = new ManualClock();
  /** Ids of replies, in the order in which they were asked for on the wire. */
  readonly creates: string[] = [];
  readonly sequencer: ResponseSequencer;
  isOpen = true;
  readonly #replies: RealtimeReply[] = [];
  readonly #settled = new Set<RealtimeReply>();
  readonly #responses: string[] = [];
  #count = 0;

  constructor() {
    this.sequencer = new ResponseSequencer({
      clock: this.clock,
      isOpen: () => this.isOpen,
      sendCreate: ({ id }) => void this.creates.push(id),
      sendCancel: () => undefined,
      abandon: (reply) => void this.#settled.add(reply),
    });
  }

  /** Somebody asks, and gives up after a while. Returns the id. */
  request(): string {
    const reply: RealtimeReply = { id: `reply-${++this.#count}`, instructions: undefined, settled: false };
    this.#replies.push(reply);
    this.sequencer.request(reply);
    this.clock.setTimer(() => this.#withdraw(reply), replyMs);
    return reply.id;
  }

  withdraw(index: number): void {
    const reply = this.#replies.at(index % (this.#replies.length || 1));
    if (reply) this.#withdraw(reply);
  }

  /** A response begins: the answer to the request that went out last, to any, or to none. */
  started(whose: 'last' | 'any' | 'none', index: number): void {
    if (!this.isOpen) return;
    const responseId = `response-${++this.#count}`;
    this.#responses.push(responseId);
    const replyId = whose === 'none' ? undefined : this.creates.at(whose === 'last' ? -1 : index % this.creates.length);
    if (this.sequencer.started(responseId, replyId) !== 'speak') this.sequencer.cancelResponse(responseId);
    const reply = this.#replies.find(({ id }) => id === replyId);
    if (reply) this.#settled.add(reply);
  }

  /** A response is done: one that is under way, or one that nobody told us of. */
  finished(index: number): void {
    const [responseId = 'response-elsewhere'] = this.#responses.splice(index % 5, 1);
    this.sequencer.finished(responseId);
  }

  refused(index: number, busy: boolean): void {
    const id = index % 4 === 0 ? 'somebody-else' : (this.creates.at(-1 - (index % 3)) ?? 'nobody');
    const reply = this.#replies.find((asked) => asked.id === id);
    if (this.sequencer.refused(id, busy) && !busy && reply) this.#settled.add(reply);
  }

  lost(): void {
    this.isOpen = false;
    this.#responses.length = 0;
    this.sequencer.lost();
  }

  opened(): void {
    this.isOpen = true;
    this.sequencer.opened();
  }

  /** The service ends everything that it began. */
  finishAll(): void {
    for (const responseId of this.#responses.splice(0)) this.sequencer.finished(responseId);
  }

  #withdraw(reply: RealtimeReply): void {
    if (this.#settled.has(reply)) return;
    this.#settled.add(reply);
    this.sequencer.withdraw(reply);
  }
}

/** One thing that happens; most that may be wrong with an order of events is one too many, too few or too late. */
const happening: fc.Arbitrary<(rig: Rig) => unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constant((rig: Rig) => rig.request()) },
  fc.nat(9).map((index) => (rig: Rig) => rig.withdraw(index)),
  fc.constant((rig: Rig) => rig.sequencer.cancel()),
  fc.nat(9).map((index) => (rig: Rig) => rig.sequencer.cancelResponse(`response-${index}`)),
  fc.tuple(fc.constantFrom('last', 'any', 'none'), fc.nat(9)).map(
    ([whose, index]) =>
      (rig: Rig) =>
        rig.started(whose, index),
  ),
  { weight: 2, arbitrary: fc.nat(9).map((index) => (rig: Rig) => rig.finished(index)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(9), fc.boolean()).map(
      ([index, busy]) =>
        (rig: Rig) =>
          rig.refused(index, busy),
    ),
  },
  fc.constant((rig: Rig) => rig.sequencer.nothingToCancel()),
  fc.constant((rig: Rig) => rig.lost()),
  fc.constant((rig: Rig) => rig.opened()),
  fc.nat(4_000).map((ms) => (rig: Rig) => rig.clock.advance(ms)),
);

/** Tells of an order of events what happened in it. */
async function happened(happenings: readonly ((rig: Rig) => unknown)[]): Promise<Rig> {
  const rig = new Rig();
  for (const happens of happenings) await happens(rig);
  return rig;
}

test('pain 11: whatever happened before, a request goes out once everything is over and some time has passed', async () => {
  const order = fc.array(happening, { maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(order, async (happenings) => {
      const rig = await happened(happenings);
      if (!rig.isOpen) rig.opened();
      rig.finishAll();
      await rig.clock.advance(replyMs + 3_000);
      rig.finishAll();
      expect(rig.sequencer.idle).toBe(true);
      const id = rig.request();
      expect(rig.creates.at(-1)).toBe(id);
      rig.sequencer.close();
    }),
    { numRuns: 1_000 },
  );
});

test('no reply is asked for again and again', async () => {
  const order = fc.array(happening, { maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(order, async (happenings) => {
      const { creates, sequencer } = await happened(happenings);
      sequencer.close();
      for (const id of creates) expect(creates.filter((other) => other === id).length).toBeLessThanOrEqual(1 + 5 + 1);
    }),
    { numRuns: 1_000 },
  );
});
