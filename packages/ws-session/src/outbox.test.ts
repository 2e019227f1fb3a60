import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

function drain(outbox: Outbox): string[] {
  const frames: string[] = [];
  outbox.flush((frame) => frames.push(String(frame)) > 0);
  return frames;
}

describe('the outbox', () => {
  it('drops the oldest audio and says how much', () => {
    const outbox = new Outbox({ maxAudioMs: 100, maxControlBytes: 1_000 });
    expect(outbox.pushAudio('a', 60, undefined)).toBe(0);
    expect(outbox.pushControl('commit', undefined)).toBe(true);
    expect(outbox.pushAudio('b', 60, undefined)).toBe(60);
    expect(outbox.pushAudio('c', 40, undefined)).toBe(0);
    expect(drain(outbox)).toEqual(['commit', 'b', 'c']);
  });

  it('refuses control that does not fit, and takes it again once there is room', () => {
    const outbox = new Outbox({ maxAudioMs: 100, maxControlBytes: 10 });
    expect(outbox.pushControl('12345678', undefined)).toBe(true);
    expect(outbox.pushControl('123', undefined)).toBe(false);
    expect(outbox.pushControl('€', undefined)).toBe(false);
    drain(outbox);
    expect(outbox.pushControl('123', undefined)).toBe(true);
  });

  it('hands back the control of an epoch that is over and forgets its audio', () => {
    const outbox = new Outbox({ maxAudioMs: 100, maxControlBytes: 1_000 });
    outbox.pushControl('for 1', 1);
    outbox.pushAudio('audio for 1', 20, 1);
    outbox.pushControl('for 2', 2);
    outbox.pushAudio('for any', 20, undefined);
    expect(outbox.endEpoch(1)).toEqual({ undelivered: ['for 1'], droppedMs: 20 });
    expect(drain(outbox)).toEqual(['for 2', 'for any']);
  });

  it('keeps bytes that the caller overwrites', () => {
    const outbox = new Outbox({ maxAudioMs: 100, maxControlBytes: 1_000 });
    const chunk = Buffer.from([1, 2, 3, 4]).subarray(1, 3);
    outbox.pushAudio(chunk, 20, undefined);
    chunk.fill(0);
    outbox.flush((frame) => {
      expect([...(frame as Uint8Array)]).toEqual([2, 3]);
      return true;
    });
  });

  it('keeps the order, the bounds and every frame accounted for, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('audio' as const), ms: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ do: fc.constant('control' as const) }),
      fc.record({ do: fc.constant('flush' as const), count: fc.integer({ min: 0, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = new Outbox({ maxAudioMs: 100, maxControlBytes: 64 });
        const sent: number[] = [];
        const controls: number[] = [];
        let pushedMs = 0;
        let droppedMs = 0;
        let sentMs = 0;
        const durations = new Map<number, number>();
        const flush = (count: number): void => {
          let room = count;
          outbox.flush((frame) => {
            if (room-- <= 0) return false;
            const id = Number(frame);
            sent.push(id);
            sentMs += durations.get(id) ?? 0;
            return true;
          });
        };
        steps.forEach((action, id) => {
          if (action.do === 'flush') flush(action.count);
          else if (action.do === 'audio') {
            durations.set(id, action.ms);
            pushedMs += action.ms;
            droppedMs += outbox.pushAudio(String(id), action.ms, undefined);
            expect(outbox.audioMs).toBeLessThanOrEqual(100);
          } else if (outbox.pushControl(String(id), undefined)) controls.push(id);
        });
        flush(Infinity);
        expect(outbox.isEmpty).toBe(true);
        expect(sent).toEqual([...sent].sort((a, b) => a - b));
        expect(sent.filter((id) => !durations.has(id))).toEqual(controls);
        expect(sentMs + droppedMs).toBe(pushedMs);
      }),
      { numRuns: 2_000 },
    );
  });
});
