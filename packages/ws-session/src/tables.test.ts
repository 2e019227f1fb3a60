import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { after, server } from './__fixtures__/fixtures.ts';
import { SocketPool } from './pool.ts';
import { Session } from './session.ts';

const samples = 50;
const count = (): number => queryObjects(Map, { format: 'count' }) + queryObjects(Set, { format: 'count' });

async function tablesOfEach(open: () => Promise<unknown>): Promise<number> {
  await open();
  const before = count();
  const kept: unknown[] = [];
  for (let sample = 0; sample < samples; sample++) kept.push(await open());
  return (count() - before) / kept.length;
}

describe('what is open and waits has no tables of what it does not have', () => {
  it('a session', async () => {
    const cloud = await server();
    const tables = await tablesOfEach(async () => {
      let session!: Session;
      await new Promise<void>((resolve) => {
        session = new Session({
          connection: connectionTo(cloud.url),
          handlers: { open: () => resolve(), frame: () => true },
        });
        session.run().catch(() => undefined);
      });
      after(() => session.close());
      return session;
    });
    expect(tables).toBe(0);
  });

  it('a socket of a pool', async () => {
    const cloud = await server();
    const tables = await tablesOfEach(async () => {
      const pool = new SocketPool({ connection: connectionTo(cloud.url) });
      after(() => pool.close());
      await pool.prewarm();
      return pool;
    });
    // The pool's own two.
    expect(tables).toBeLessThanOrEqual(2);
  });
});
