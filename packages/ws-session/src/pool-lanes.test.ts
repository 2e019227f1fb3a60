import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { bench, failure, type Bench } from './__fixtures__/pool-bench.ts';
import type { ExchangeOptions, ExchangeResult, Frame, LaneRules, PooledSocketInfo } from './types.ts';

/** Frames are `lane|text`; without a lane they concern everybody. */
const lanes: LaneRules = { perSocket: 2, laneOf: (frame) => /^(\d+)\|/.exec(String(frame))?.[1] };

interface Asked {
  frames: string[];
  socket: PooledSocketInfo;
  result: Promise<ExchangeResult>;
}

/** Asks, and resolves as soon as the request was written. Frames are kept without their lane. */
async function ask({ pool }: Bench, text: string, options: Partial<ExchangeOptions> = {}): Promise<Asked> {
  const frames: string[] = [];
  let written!: (socket: PooledSocketInfo) => void;
  const socket = new Promise<PooledSocketInfo>((resolve) => (written = resolve));
  const result = pool.request(
    (info) => {
      written(info);
      return `${info.lane}|${text}`;
    },
    {
      onFrame(frame: Frame) {
        const said = String(frame).replace(/^\d+\|/, '');
        frames.push(said);
        return said === 'done';
      },
      signal: new AbortController().signal,
      firstEventMs: 10_000,
      inactivityMs: 20_000,
      dialMs: 10_000,
      ...options,
    },
  );
  result.catch(() => {});
  return { frames, socket: await socket, result };
}

/** A server that says nothing by itself. */
async function quiet(): Promise<Bench & { socket(number: number): WebSocket; received(count: number): Promise<void> }> {
  const there = await bench({ lanes }, { onSocket: () => {} });
  return {
    ...there,
    socket: (number) => there.cloud.accepted[number]!.socket,
    received: (count) => there.cloud.until(() => there.cloud.accepted[0]?.received.length === count),
  };
}

describe('lanes of a socket', () => {
  it('carry requests side by side, each hears its own', async () => {
    const there = await quiet();
    const [one, two] = await Promise.all([ask(there, 'one'), ask(there, 'two')]);
    expect([one.socket.lane, two.socket.lane]).toEqual(['1', '2']);
    await there.received(2);
    for (const frame of ['2|b', '1|a', '2|done', '1|done']) there.socket(0).send(frame);
    await Promise.all([one.result, two.result]);
    expect([one.frames, two.frames]).toEqual([
      ['a', 'done'],
      ['b', 'done'],
    ]);
    expect(there.cloud.accepted).toHaveLength(1);
  });

  it('are no more than a socket may have, and are used again', async () => {
    const there = await quiet();
    const [one] = await Promise.all([ask(there, 'one'), ask(there, 'two')]);
    const three = await ask(there, 'three');
    expect(three.socket.id).not.toBe(one.socket.id);
    await there.received(2);
    there.socket(0).send('1|done');
    await one.result;
    const four = await ask(there, 'four', { preferSocket: one.socket.id });
    expect([four.socket.id, four.socket.lane]).toEqual([one.socket.id, '1']);
  });

  it('all hear what concerns the whole socket', async () => {
    const there = await quiet();
    const [one, two] = await Promise.all([ask(there, 'one'), ask(there, 'two')]);
    await there.received(2);
    there.socket(0).send('done');
    await Promise.all([one.result, two.result]);
  });

  it('that break off leave their neighbours alone; the socket takes nothing new and goes with the last', async () => {
    const there = await quiet();
    const interruption = new AbortController();
    const [one, two] = await Promise.all([ask(there, 'one', { signal: interruption.signal }), ask(there, 'two')]);
    await there.received(2);
    interruption.abort();
    expect(await failure(one.result)).toMatchObject({ code: 'aborted' });
    const three = await ask(there, 'three');
    expect(three.socket.id).not.toBe(two.socket.id);
    for (const frame of ['1|late', '2|b', '2|done']) there.socket(0).send(frame);
    await two.result;
    expect([one.frames, two.frames]).toEqual([[], ['b', 'done']]);
    await there.cloud.until(() => there.cloud.connections.size === 1);
  });

  it('all end when the socket does', async () => {
    const there = await quiet();
    const [one, two] = await Promise.all([ask(there, 'one'), ask(there, 'two')]);
    await there.received(2);
    there.socket(0).close(1011);
    for (const { result } of [one, two]) expect(await failure(result)).toMatchObject({ closeCode: 1011 });
    expect(there.pool.size).toBe(0);
  });

  it('all end when the pool is closed, and nothing is dialled for them', async () => {
    const there = await quiet();
    const [one, two] = await Promise.all([ask(there, 'one'), ask(there, 'two')]);
    await there.pool.close();
    for (const { result } of [one, two]) expect(await failure(result)).toMatchObject({ code: 'aborted' });
    expect(there.cloud.accepted).toHaveLength(1);
    expect(there.clock.pending).toBe(0);
  });
});

describe('a request under way', () => {
  it('may send more, and no more once it is over', async () => {
    const there = await quiet();
    const { socket, result } = await ask(there, 'one');
    await there.received(1);
    expect(socket.send('1|and another thing')).toBe(true);
    await there.received(2);
    there.socket(0).send('1|done');
    await result;
    expect(socket.send('1|too late')).toBe(false);
    expect(there.cloud.accepted[0]!.received).toEqual(['1|one', '1|and another thing']);
  });
});
