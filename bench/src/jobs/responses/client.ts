import { costOf, expectSame, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { Control } from '../../servers/responses-control.ts';
import { turnOf } from '../../servers/responses-turn.ts';
import { minds } from './minds.ts';

/** How much is done: sessions, deltas of a turn, turns before it counts and turns that count. Before, none waits for a pace. */
const sizes = {
  burst: { sessions: 1, deltas: 1_000, warmUp: 150, turns: 200 },
  events: { sessions: 20, deltas: 250, warmUp: 60, turns: 24 },
  paced: { sessions: 20, deltas: 200, warmUp: 30, turns: 3 },
};

/** Asks, turn by turn, and compares what is heard with what is sent. */
async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const { sessions, deltas, warmUp, turns } = sizes[variant as keyof typeof sizes];
  const { open } = await minds[mode]();
  const control = await Control.open(port);
  const listeners = Array.from({ length: sessions }, () => open(`ws://127.0.0.1:${port}`));
  const wanted = mode === 'wire' ? '' : turnOf(deltas).text;

  const round = async (pace: string): Promise<void> => {
    let waiting = sessions;
    const heardOne = (): void => {
      if (--waiting > 0) return;
      waiting = sessions;
      control.next();
    };
    await Promise.all(
      listeners.map(async (mind) => {
        let [text, pieces] = ['', 0];
        const { done } = mind.ask(`${pace} ${deltas}`, (more) => {
          text += more;
          pieces++;
          if (pace === 'events') heardOne();
        });
        await done;
        expectSame('the text', text, wanted);
        // What comes in reads of its own is heard at once, piece by piece.
        if (pace === 'events') expectSame('pieces', pieces, deltas);
      }),
    );
  };
  const rounds = async (count: number, pace: string): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await round(pace);
  };
  await rounds(quick ? Math.ceil(warmUp / 2) : warmUp, variant === 'paced' ? 'events' : variant);
  const measured = quick ? Math.ceil(turns / 3) : turns;
  const { cpuMs, allocatedBytes } = await costOf(() => rounds(measured, variant));
  const thousands = (measured * sessions * deltas) / 1000;
  return { cpu: cpuMs / thousands, allocated: allocatedBytes / thousands / 1e6 };
}

await runClient(measure);
