import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runSubject, type CellRun } from './run.ts';

const module = fileURLToPath(new URL('./__fixtures__/subjects.ts', import.meta.url));

function run(name: string, rows = ['unknown-event']): Promise<CellRun[]> {
  return runSubject({ module, subject: `${name} (WebSocket)`, rows });
}

describe('a model that', () => {
  it('ends its process costs one cell, and the next one is asked', async () => {
    const cells = await run('crash', ['unknown-event', 'orphan']);
    expect(cells.map(({ row, observation }) => [row, observation.outcome])).toEqual([
      ['unknown-event', 'crashed'],
      ['orphan', 'crashed'],
    ]);
    expect(cells[0]?.observation.wrong).toEqual(['exit 7']);
  });

  it('prints its key where nobody looks is caught', async () => {
    const [cell] = await run('print');
    expect(cell?.observation.leaks.join()).toMatch(/a secret in the output, behind ".*debug: "/);
  });

  it('holds a secret where a debugger sees it is caught', async () => {
    const [cell] = await run('hold');
    expect(cell?.observation.leaks).toContain('header in a printed Criminal');
  });

  it('says nothing is silent, and one that never ends hangs', async () => {
    expect((await run('print'))[0]?.observation.outcome).toBe('silent');
    expect((await run('hang'))[0]?.observation.outcome).toBe('hangs');
  });
});
