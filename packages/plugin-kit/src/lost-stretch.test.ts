import { createTestRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioHistory } from './audio-history.ts';
import { LostStretch } from './lost-stretch.ts';

const chunkMs = 50;

function rig(): {
  clock: ManualClock;
  history: AudioHistory;
  lost: LostStretch;
  say(milliseconds: number): void;
  report(droppedMs: number, reason: 'backlog' | 'reconnect' | 'closed' | 'in-flight'): void;
  told: [milliseconds: number, reason: string][];
} {
  const { clock } = createTestRuntime();
  const history = new AudioHistory(clock);
  const told: [milliseconds: number, reason: string][] = [];
  const lost = new LostStretch(history, ({ droppedMs, reason }) => told.push([droppedMs, reason]));
  const say = (milliseconds: number): void => {
    for (let at = 0; at < milliseconds; at += chunkMs) history.push(new Uint8Array(0), chunkMs);
  };
  const report = (droppedMs: number, reason: 'backlog' | 'reconnect' | 'closed' | 'in-flight'): void =>
    lost.reported({ type: 'audio-dropped', droppedMs, totalMs: droppedMs, reason });
  return { clock, history, lost, say, report, told };
}

describe('LostStretch', () => {
  it('tells nothing of what the next socket hears again', () => {
    const { lost, say, report, told } = rig();
    lost.opened();
    say(3_000);
    lost.closed(1_000);
    report(500, 'in-flight');
    say(2_000);
    lost.opened();
    expect(told).toEqual([]);
  });

  it('tells of what was owed and is not remembered any more when the next socket listens', async () => {
    const { clock, history, lost, say, report, told } = rig();
    lost.opened();
    say(3_000);
    lost.closed(1_000);
    report(500, 'in-flight');
    await clock.advance(10_000);
    say(2_000);
    history.expire(5_000);
    lost.opened();
    expect(told).toEqual([[2_000, 'reconnect']]);
  });

  it('tells of what waited for a socket too long, and of nothing that was answered', async () => {
    const { clock, history, lost, say, told } = rig();
    lost.opened();
    say(3_000);
    history.settle(3_000);
    lost.closed();
    say(1_000);
    await clock.advance(3_000);
    say(1_000);
    history.expire(2_000);
    lost.opened();
    expect(told).toEqual([[1_000, 'reconnect']]);
  });

  it('does not take what a slow line had no room for as lost where the next socket hears it', () => {
    const { history, lost, say, report, told } = rig();
    lost.opened();
    say(9_000);
    report(1_000, 'backlog');
    lost.closed(2_000);
    lost.opened();
    expect(told).toEqual([]);
    say(1_000);
    history.settle(10_000);
    lost.settled();
    expect(told).toEqual([]);
  });

  it('tells of what a slow line had no room for once no socket will be told it again', () => {
    const { history, lost, say, report, told } = rig();
    lost.opened();
    say(9_000);
    report(1_000, 'backlog');
    history.settle(5_000);
    lost.settled();
    expect(told).toEqual([]);
    history.settle(9_000);
    lost.settled();
    expect(told).toEqual([[1_000, 'backlog']]);
  });

  it('hears of a socket that we replaced ourselves when the next one listens already', () => {
    const { history, lost, say, report, told } = rig();
    lost.opened();
    say(3_000);
    history.settle(2_000);
    lost.closed();
    lost.opened();
    report(1_500, 'in-flight');
    expect(told).toEqual([[500, 'in-flight']]);
  });

  it('takes what was answered for heard, whether or not it was known to have arrived', () => {
    const { history, lost, say, report, told } = rig();
    lost.opened();
    say(3_000);
    history.settle(2_000);
    lost.closed(Infinity, 2_000);
    report(2_500, 'in-flight');
    lost.opened();
    expect(told).toEqual([]);
  });

  it('tells of everything that nobody will hear when there will be no other socket', () => {
    const { lost, say, report, told } = rig();
    lost.opened();
    say(3_000);
    lost.closed();
    report(500, 'in-flight');
    say(1_000);
    lost.ended();
    lost.ended();
    expect(told).toEqual([[1_500, 'closed']]);
  });

  it('tells each millisecond once, whatever happens in whatever order', async () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), chunks: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('answer' as const), backMs: fc.nat(2_000) }),
      fc.record({ kind: fc.constant('die' as const), inFlightMs: fc.nat(2_000), owedMs: fc.nat(4_000) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(5_000) }),
      fc.record({ kind: fc.constant('open' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const { clock, history, lost, say, report, told } = rig();
        /** From here to the end nobody is known to have heard anything; `undefined`: somebody listens. */
        let deafFrom: number | undefined = 0;
        /** Where the latest socket began to listen. */
        let heardFrom = 0;
        let missing = 0;
        for (const step of events) {
          if (step.kind === 'say') say(step.chunks * chunkMs);
          else if (step.kind === 'wait') await clock.advance(step.ms);
          else if (step.kind === 'answer' && deafFrom === undefined) {
            history.settle(history.pushedMs - step.backMs);
            lost.settled();
          } else if (step.kind === 'die' && deafFrom === undefined) {
            const { pushedMs, startMs } = history;
            const inFlightMs = Math.min(step.inFlightMs, pushedMs - heardFrom);
            const owedFromMs = Math.max(startMs, pushedMs - step.owedMs);
            deafFrom = Math.min(pushedMs - inFlightMs, owedFromMs);
            lost.closed(owedFromMs);
            if (inFlightMs > 0) report(inFlightMs, 'in-flight');
          } else if (step.kind === 'open' && deafFrom !== undefined) {
            history.expire(3_000);
            missing += Math.max(0, history.startMs - deafFrom);
            heardFrom = history.startMs;
            deafFrom = undefined;
            lost.opened();
          }
        }
        if (deafFrom !== undefined) missing += history.pushedMs - deafFrom;
        lost.ended();
        expect(told.reduce((sum, [milliseconds]) => sum + milliseconds, 0)).toBeCloseTo(missing, 3);
      }),
    );
  });
});
