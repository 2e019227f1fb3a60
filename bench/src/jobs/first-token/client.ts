import { setTimeout as wait } from 'node:timers/promises';
import { expectSame, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { Control } from '../../servers/responses-control.ts';
import { turnOf } from '../../servers/responses-turn.ts';
import type { Mind } from '../responses/mind.ts';
import { minds } from '../responses/minds.ts';

const deltas = 10;
/** Until the compiler has done its work. */
const turnsToWarmUp = 1_000;
const wanted = turnOf(deltas).text;

/** One turn of a question that is answered at once. */
interface Asked {
  ms: number;
  dials: number;
}

/** Does a turn under the conditions of the variant, and a warm one behind it. */
async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const { open } = await minds[mode]();
  const url = `ws://127.0.0.1:${port}`;
  const control = await Control.open(port);
  const measured: Asked[] = [];
  const warm: Asked[] = [];
  let mind = open(url);
  for (let turn = 0; turn < turnsToWarmUp; turn++) await answer(mind);
  for (let turn = 0; turn < (quick ? 8 : 25); turn++) {
    if (variant === 'new' || variant === 'prewarmed') {
      await mind.close();
      mind = open(url);
    }
    await conditions[variant]?.(mind, control);
    measured.push(await ask(mind, control));
    warm.push(await ask(mind, control));
  }
  await mind.close();
  const dials = measured.reduce((sum, asked) => sum + asked.dials, 0);
  const time = median(measured);
  return { time, lost: Math.max(0, time - median(warm)), dials: dials / measured.length };
}

const conditions: Readonly<Record<string, (mind: Mind, control: Control) => Promise<void>>> = {
  async prewarmed(mind) {
    mind.prewarm();
    await wait(100);
  },
  async 'after an interruption'(mind, control) {
    let heard = 0;
    const turn = mind.ask('events 200', () => {
      if (++heard === 5) turn.close();
      else control.next();
    });
    await turn.done;
    expectSame('deltas before the interruption', heard, 5);
    await wait(200);
  },
  async 'after an idle drop'(_mind, control) {
    await control.drop();
    await wait(500);
  },
};

async function ask(mind: Mind, control: Control): Promise<Asked> {
  const before = await control.dials();
  const ms = await answer(mind);
  return { ms, dials: (await control.dials()) - before };
}

/** How long it took to the first piece of the answer. */
async function answer(mind: Mind): Promise<number> {
  const start = performance.now();
  let ms = 0;
  let text = '';
  await mind.ask(`burst ${deltas}`, (more) => {
    if (text === '') ms = performance.now() - start;
    text += more;
  }).done;
  expectSame('the text', text, wanted);
  return ms;
}

function median(asked: readonly Asked[]): number {
  const times = asked.map(({ ms }) => ms).sort((left, right) => left - right);
  return times[times.length >> 1]!;
}

await runClient(measure);
