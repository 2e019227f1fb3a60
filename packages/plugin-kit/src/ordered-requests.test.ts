import { describe, expect, it } from 'vitest';
import { turns } from './__fixtures__/until.ts';
import { OrderedRequests } from './ordered-requests.ts';

interface Line {
  requests: OrderedRequests;
  /** Numbers of requests that were begun, and what was told. */
  begun: number[];
  told: string[];
  finish(number: number): void;
  fail(number: number): void;
}

function line(atOnce: number, count: number): Line {
  const requests = new OrderedRequests(atOnce);
  const [begun, told]: [number[], string[]] = [[], []];
  const ends: { finish: () => void; fail: () => void }[] = [];
  for (let number = 0; number < count; number++) {
    const ended = new Promise<string>((resolve, reject) => {
      ends.push({ finish: () => resolve(`${number}`), fail: () => reject(new Error(`no ${number}`)) });
    });
    requests.add(
      () => {
        begun.push(number);
        return ended;
      },
      (outcome) => told.push(outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason)),
    );
  }
  return { requests, begun, told, finish: (number) => ends[number]?.finish(), fail: (number) => ends[number]?.fail() };
}

describe('OrderedRequests', () => {
  it('has so many under way and no more', async () => {
    const { begun, finish, requests } = line(2, 4);
    await turns();
    expect([begun, requests.untold]).toEqual([[0, 1], 4]);
    finish(1);
    await turns();
    expect(begun).toEqual([0, 1, 2]);
  });

  it('tells outcomes in order, however they come, failures among them', async () => {
    const { told, finish, fail, requests } = line(3, 3);
    finish(2);
    fail(1);
    await turns();
    expect(told).toEqual([]);
    const one = requests.oneTold();
    finish(0);
    await one;
    await requests.settled();
    expect([told, requests.untold]).toEqual([['0', 'Error: no 1', '2'], 0]);
  });

  it('gives the place of what has failed to the next', async () => {
    const { begun, fail } = line(1, 2);
    await turns();
    fail(0);
    await turns();
    expect(begun).toEqual([0, 1]);
  });
});
