import { ManualClock } from '@patchbay/ws-session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { NextPause } from './next-pause.ts';

let clock: ManualClock;
let isPause: boolean;
let came: number;
let pause: NextPause;

beforeEach(() => {
  clock = new ManualClock();
  isPause = false;
  came = 0;
  pause = new NextPause({ clock, isPause: () => isPause, reconnect: () => came++ });
});

describe('the next pause', () => {
  it('is now, if nobody speaks', () => {
    isPause = true;
    pause.wait();
    expect([came, clock.pending]).toEqual([1, 0]);
  });

  it('comes when somebody falls silent, once for all that waited', () => {
    pause.wait();
    pause.wait();
    pause.look();
    expect(came).toBe(0);
    isPause = true;
    pause.look();
    pause.look();
    expect([came, clock.pending]).toEqual([1, 0]);
  });

  it('comes after ten seconds whoever speaks, counted from the first that waited', async () => {
    pause.wait();
    await clock.advance(9_000);
    pause.wait();
    await clock.advance(999);
    expect(came).toBe(0);
    await clock.advance(1);
    expect([came, clock.pending]).toEqual([1, 0]);
  });

  it('is none if nothing waits for it any more', async () => {
    isPause = true;
    pause.look();
    isPause = false;
    pause.wait();
    pause.cancel();
    isPause = true;
    pause.look();
    await clock.advance(10_000);
    expect([came, clock.pending]).toEqual([0, 0]);
  });
});
