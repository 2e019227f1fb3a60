import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../system.ts';
import { exchange, greeting } from './conversation.ts';
import type { Worker } from './worker.ts';
import type { World } from './world.ts';

/** The agent repeats what it does not know: one answer proves both directions. */
function phrase(who: string): { say: string; answer: string } {
  return { say: `The ${who} caller.`, answer: `You said: The ${who} caller.` };
}

async function jobsOf(workers: readonly Worker[]): Promise<number[]> {
  return Promise.all(workers.map((worker) => worker.jobs()));
}

export const workerCases: readonly Case<World>[] = [
  {
    id: 'spread',
    about: 'two workers',
    title: 'jobs are spread over the workers, as each has room',
    async run(world) {
      const workers = await world.workers('pipeline', 2);
      const callers = [];
      for (const who of ['first', 'second', 'third']) {
        const caller = await world.call('pipeline');
        callers.push({ caller, who });
      }
      assert.deepEqual((await jobsOf(workers)).sort(), [1, 2]);
      // All three are there; one speaks at a time, for nothing here is about how much a machine can hear at once.
      for (const { caller, who } of callers) await exchange(caller, phrase(who));
      for (const { caller } of callers) await caller.hangUp();
      return 'three calls, each heard and answered; two at one worker, one at the other';
    },
  },
  {
    id: 'drain',
    about: 'two workers',
    title: 'a worker that is told to stop finishes its call and takes no new one',
    async run(world) {
      const workers = await world.workers('pipeline', 2);
      const first = await world.call('pipeline');
      const isBusy = (await jobsOf(workers))[0] === 1;
      const [stopping, other] = isBusy ? workers : workers.reverse();
      stopping!.drain();
      const others = await Promise.all([world.call('pipeline'), world.call('pipeline')]);
      assert.deepEqual(await jobsOf([stopping!, other!]), [1, 2]);
      await exchange(first, phrase('first'));
      await first.hangUp();
      // It says that it was told to.
      assert.equal(await stopping!.ended, 143);
      await Promise.all(others.map((caller) => caller.hangUp()));
      return 'the two new calls are at the other; exit code 143 after the last word of the old one';
    },
  },
  {
    id: 'lost-job',
    about: 'a lost worker',
    title: 'LiveKit does not restart the job of a worker that died; call-recovery.ts has another agent go on',
    async run(world) {
      const [first] = await world.workers('pipeline', 1);
      const room = world.newRoom('pipeline');
      const keeper = await world.keepAgent(room, 'pipeline');
      const [left, kept] = await Promise.all([world.call('pipeline'), world.join(room)]);
      await exchange(kept, phrase('first'));
      const [, second] = await world.moreWorkers('pipeline', 2);
      assert.deepEqual(await jobsOf([first!, second!]), [2, 0]);

      await first!.die();
      await kept.meets(2);
      await kept.listens(greeting);
      await exchange(kept, phrase('second'));
      assert.equal(await second!.jobs(), 1);
      assert.deepEqual([...kept.present], [kept.came[1]]);

      await left.isLeft();
      await sleep(3_000);
      assert.deepEqual(await world.agentsIn(left.room), []);
      assert.equal(left.came.length, 1);
      await Promise.all([left.hangUp(), kept.hangUp()]);
      assert.equal(await keeper.ended, 0);
      return 'the kept call goes on at the other worker, word for word; the other caller stays alone';
    },
  },
  {
    id: 'lost-session',
    about: 'a lost session',
    title: 'an agent whose model fails for good leaves the call; call-recovery.ts has another go on',
    async run(world) {
      const [worker] = await world.workers('realtime', 1);
      const before = world.dials('realtime');
      const room = world.newRoom('realtime');
      const keeper = await world.keepAgent(room, 'realtime');
      const caller = await world.join(room);
      await exchange(caller, phrase('first'));
      world.cloud('realtime').dropSockets(4000, 'invalid_request_error.invalid_model');
      await caller.meets(2);
      await caller.listens(greeting);
      await exchange(caller, phrase('second'));
      assert.deepEqual([...caller.present], [caller.came[1]]);
      assert.equal(await worker!.jobs(), 1);
      await caller.hangUp();
      assert.equal(await keeper.ended, 0);
      assert.equal(world.dials('realtime') - before, 2);
      return 'the first agent is gone, and did not dial again; the second talks over a socket of its own, word for word';
    },
  },
];
