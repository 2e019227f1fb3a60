import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { currentRuntime } from '@patchbay/ws-session';
import { installRuntime } from '@patchbay/ws-session/testing';
import type { Ear } from '@patchbay/loopback';
import { echoes } from './echoes.ts';
import type { Outcome } from './expectation.ts';
import { phraseActs } from './phrase/acts.ts';
import { leaksIn, picturesOf, type Secrets } from './secrets.ts';
import { hangs, type Stage } from './stage.ts';
import type { Subject, Where } from './subject.ts';
import type { Turn } from './talk/talk.ts';

/** What an act came to; the runner adds what was heard and counted. */
export interface ActResult {
  turn: Turn | typeof hangs;
  /** Where the turn alone does not say. */
  outcome?: Outcome;
  /** How many turns there were. Default: one. */
  turns?: number;
  /** The call is over, and the next turn is another one. */
  renew?: boolean;
  /** The model is closed: there is nobody to ask for another turn. */
  over?: boolean;
  leaks?: string[];
}

/** Something that a client does, or that happens to it. */
export interface Act {
  /** Another place, another way, another key. */
  prepare?(where: Where, subject: Subject, secrets: Secrets): Where;
  /** The cloud's ear. Default: the plain one. */
  ear?(): Ear;
  /** What was wrong is so no longer. */
  mend?(): void;
  /** Default: one turn. */
  run?(stage: Stage): Promise<ActResult>;
}

const nothing = (stage: Stage): Turn => ({ delivers: 'nothing', endedAt: stage.parts.clock.now() });

/** A turn in which something happens as soon as the first of it is heard. */
const inTheMiddle =
  (happens: (stage: Stage) => void): NonNullable<Act['run']> =>
  async (stage) => {
    let begun = false;
    const heard = (): void => {
      if (begun) return;
      begun = true;
      happens(stage);
    };
    return { turn: await stage.settle(stage.talk().turn({ heard }), 800_000) };
  };

/** Whoever calls it off hears no more of it: no error, no other dial. */
async function quietEnd(stage: Stage, turn: Promise<Turn>): Promise<void> {
  const { dials, ears } = stage.parts;
  const before = dials.count;
  if ((await stage.settle(turn, 5_000)) === hangs) stage.wrong.push('the turn goes on');
  await stage.pass(15_000);
  if (dials.count !== before) stage.wrong.push('dials again');
  if (ears.final || ears.recoverable > 0) stage.wrong.push('an error is told');
}

const closing =
  (late: boolean): NonNullable<Act['run']> =>
  async (stage) => {
    const talk = stage.talk();
    let heard = (): void => undefined;
    const begun = new Promise<void>((resolve) => (heard = resolve));
    const turn = talk.turn({ heard });
    if (!late) await stage.pass(1_000);
    else if ((await stage.settle(begun)) === hangs) stage.wrong.push('nothing was heard');
    const tookMs = await stage.closeModel();
    if (tookMs === hangs || tookMs > 2_100) stage.wrong.push(`close took ${String(tookMs)} ms`);
    await talk.close();
    await quietEnd(
      stage,
      Promise.race([turn, stage.parts.subject.kind === 'stt' ? Promise.resolve(nothing(stage)) : turn]),
    );
    return { turn: nothing(stage), outcome: 'ends', over: true };
  };

const dns = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  });

/** Turns of a long call. */
const longCall = 40;

let hasNames = false;

/** An agent in whose world no name has an address, until that is mended. */
const nameless = (): Agent => {
  const lookup: LookupFunction = (hostname, { all }, answer) => {
    if (!hasNames) answer(dns(hostname), '', 4);
    else if (all) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    else answer(null, '127.0.0.1', 4);
  };
  hasNames = false;
  return new Agent({ lookup });
};

export const acts: Readonly<Record<string, Act>> = {
  'dns-failure': {
    prepare(where, { transport }) {
      const { port } = new URL(where.baseURL);
      const elsewhere = { ...where, baseURL: `http://voice.internal:${port}/v1` };
      if (transport === 'http') return { ...elsewhere, agent: nameless() };
      const agent = nameless();
      const runtime = currentRuntime();
      installRuntime({ connect: (options, handlers) => runtime.connect({ ...options, agent }, handlers) });
      return elsewhere;
    },
    mend: () => void (hasNames = true),
  },
  ...phraseActs,
  'clock-jump': { run: inTheMiddle(({ parts }) => parts.clock.correctWallClock(3_600_000)) },
  'event-loop-stall': { run: inTheMiddle(({ parts }) => parts.clock.stall(20_000)) },
  suspend: { run: inTheMiddle(({ parts }) => parts.clock.stall(600_000)) },

  abort: {
    async run(stage) {
      const talk = stage.talk();
      const turn = talk.turn();
      await stage.pass(1_000);
      // A session is called off by closing it: interrupting it means something else.
      if (['realtime', 'duplex', 'interpreter'].includes(stage.parts.subject.kind)) await talk.close();
      else await talk.interrupt();
      await quietEnd(stage, turn);
      if (stage.parts.dials.open > 0) stage.wrong.push('the socket is still there');
      return { turn: nothing(stage), outcome: 'ends', over: true };
    },
  },
  close: { run: closing(false) },
  'close-late': { run: closing(true) },
  'stop-reading': {
    async run(stage) {
      const talk = stage.talk();
      const first = await stage.settle(talk.turn());
      if (first === hangs || first.delivers !== 'all') stage.wrong.push('did not work before');
      await stage.pass(6_000);
      stage.parts.cloud.faults.inject('stop-reading:0,times=1');
      return { turn: await stage.settle(talk.turn()), turns: 2 };
    },
  },
  'double-close': {
    async run(stage) {
      const talk = stage.talk();
      const turn = await stage.settle(talk.turn());
      await Promise.all([talk.close(), talk.close()]);
      for (const _ of ['first', 'second']) {
        if ((await stage.closeModel()) === hangs) stage.wrong.push('close hangs');
      }
      return { turn, over: true };
    },
  },
  'barge-in': {
    async run(stage) {
      const { storyteller } = stage.parts;
      const talk = stage.talk();
      storyteller.endless = true;
      let heard = (): void => undefined;
      const begun = new Promise<void>((resolve) => (heard = resolve));
      const turn = talk.turn({ heard });
      if ((await stage.settle(begun)) === hangs) return { turn: hangs };
      await talk.interrupt();
      await stage.pass(1_000);
      const before = storyteller.said;
      await quietEnd(stage, turn);
      storyteller.endless = false;
      if (storyteller.said > before) stage.wrong.push('the service goes on generating');
      return { turn: { ...nothing(stage), delivers: 'part' }, outcome: 'ends' };
    },
  },
  sibling: {
    async run(stage) {
      const one = stage.talk();
      const { kind } = stage.parts.subject;
      const other = ['llm', 'tts', 'recognition'].includes(kind) ? one : stage.talk();
      const turns = await stage.settle(Promise.all([one.turn(), other.turn()]));
      if (turns === hangs) return { turn: hangs };
      if (!turns.some(({ delivers }) => delivers === 'all')) stage.wrong.push('both are lost');
      return { turn: turns.find(({ delivers }) => delivers !== 'all') ?? turns[0], turns: 2 };
    },
  },
  'slow-consumer': {
    async run(stage) {
      const readAfter = new Promise<void>((resolve) => void stage.parts.clock.setTimer(resolve, 20_000));
      return { turn: await stage.settle(stage.talk().turn({ readAfter })) };
    },
  },
  outage: {
    async run(stage) {
      const { cloud, ears } = stage.parts;
      const talk = stage.talk({ views: stage.parts.subject.kind === 'realtime' });
      const first = await stage.settle(talk.turn());
      if (first === hangs || first.delivers !== 'all') stage.wrong.push('did not work before');
      const fault = cloud.faults.inject('refuse-connection');
      cloud.dropSockets();
      const lost = talk.turn();
      await stage.pass(4_000);
      fault.remove();
      const turn = await stage.settle(lost);
      if (ears.count === 0) stage.wrong.push('nothing was told');
      return { turn };
    },
  },
  reconnect: {
    async run(stage) {
      const talk = stage.talk();
      await stage.settle(talk.turn());
      // Whoever reconnects by itself has done so: what is said next is the first on a new line.
      await stage.pass(1_500);
      return { turn: await stage.settle(talk.turn()), turns: 2 };
    },
  },
  views: {
    async run(stage) {
      return { turn: await stage.settle(stage.talk({ views: true }).turn()) };
    },
  },
  'deaf-user': {
    async run(stage) {
      const talk = stage.talk({ deaf: true });
      const turn = await stage.settle(talk.turn(), 60_000);
      await talk.close();
      // Nobody tells whoever does not listen; that it is over is all.
      return { turn, outcome: turn === hangs && !isSession(stage) ? 'hangs' : 'ends', renew: true };
    },
  },
  'long-call': {
    async run(stage) {
      const talk = stage.talk();
      let turn: Turn | typeof hangs = nothing(stage);
      let before = 0;
      for (let count = 1; count <= longCall; count++) {
        turn = await stage.settle(talk.turn());
        if (turn === hangs || turn.delivers !== 'all') break;
        if (count === longCall / 4) before = heap();
      }
      const grownBytes = heap() - before;
      if (grownBytes > 4 * 1_048_576) stage.wrong.push(`the heap grew by ${Math.round(grownBytes / 1024)} KiB`);
      return { turn, turns: longCall };
    },
  },

  'cancel-race': {
    async run(stage) {
      const talk = stage.talk();
      for (let pieces = 1; pieces <= 64 && stage.wrong.length === 0; pieces *= 2) {
        let count = 0;
        let reached = (): void => undefined;
        const soon = new Promise<void>((resolve) => (reached = resolve));
        const cut = talk.turn({ heard: () => ++count === pieces && reached() });
        await stage.settle(Promise.race([soon, cut]));
        await talk.interrupt();
        const next = await stage.settle(talk.turn());
        if (next === hangs || next.delivers !== 'all')
          stage.wrong.push(`the turn behind ${pieces} pieces is not heard`);
        await stage.settle(cut, 5_000);
      }
      return { turn: await stage.settle(talk.turn()), turns: 16 };
    },
  },
  zombies: {
    async run(stage) {
      const talk = stage.talk();
      let heard = (): void => undefined;
      const begun = new Promise<void>((resolve) => (heard = resolve));
      const cut = talk.turn({ heard });
      if ((await stage.settle(begun)) === hangs) return { turn: hangs };
      // The service has made all of it, and most is still on its way.
      await stage.pass(400);
      await talk.interrupt();
      // Some of it has come by then.
      await stage.pass(200);
      const next = await stage.settle(talk.turn());
      if (next !== hangs && next.garbled !== undefined) stage.wrong.push(`garbled: ${next.garbled}`);
      await stage.settle(cut, 5_000);
      // By now everything has come that will.
      await stage.pass(5_000);
      return { turn: await stage.settle(talk.turn()), turns: 3 };
    },
  },
  turns: {
    async run(stage) {
      const talk = stage.talk();
      const count = (stage.parts.subject.turnsPerSocket ?? 1) + 1;
      const turns = await stage.settle(Promise.all(Array.from({ length: count }, () => talk.turn())));
      if (turns === hangs) return { turn: hangs };
      const cut = turns.filter(({ delivers }) => delivers !== 'all');
      if (cut.length > 1) stage.wrong.push(`of ${count} turns ${cut.length} are not heard`);
      return { turn: cut[0] ?? turns[0]!, turns: 2 };
    },
  },

  print: {
    async run(stage) {
      const { secrets } = stage.parts;
      const leaks: string[] = [];
      const print = (moment: string): void => {
        for (const thing of stage.things) {
          leaks.push(...leaksIn(picturesOf(thing, Infinity), secrets, `${thing.constructor.name} ${moment}`));
        }
      };
      print('before');
      const talk = stage.talk();
      const turn = talk.turn({ heard: () => print('in the middle') });
      await stage.pass(40);
      print('connecting');
      return { turn: await stage.settle(turn), leaks };
    },
  },
  'bad-key': { prepare: (where) => ({ ...where, apiKey: `${where.apiKey}\r\nx-evil: 1` }) },
  'bad-header': {
    prepare: (where, _subject, { header }) => ({ ...where, headers: { 'x-gateway-key': `${header}\r\nx-evil: 1` } }),
  },
  userinfo: {
    prepare: (where, _subject, { password }) => ({
      ...where,
      baseURL: where.baseURL.replace('://', `://caller:${encodeURIComponent(password)}@`),
    }),
  },
  plaintext: { prepare: (where) => ({ ...where, baseURL: 'http://voice.example.com/v1' }) },
  scheme: { prepare: (where) => ({ ...where, baseURL: where.baseURL.replace('http:', 'ws+unix:') }) },
  ...echoes,
};

function isSession(stage: Stage): boolean {
  return ['duplex', 'interpreter', 'realtime'].includes(stage.parts.subject.kind);
}

function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}
