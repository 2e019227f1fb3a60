import { describe, expect, it, vi } from 'vitest';
import { failuresOf, matrixOf, summaryOf } from './matrix.ts';
import { laidOver } from './results.ts';
import { endAll, runSystem } from './run.ts';
import type { Case, System } from './system.ts';

const quiet = (): void => undefined;
const holds: Case<unknown> = { id: 'holds', about: 'speech', title: 'it holds', run: async () => 'a word' };
const fails: Case<unknown> = {
  ...holds,
  id: 'fails',
  run: () => Promise.reject(new Error('expected a word, heard none')),
};

function systemOf(cases: readonly Case<unknown>[], more: Partial<System> = {}): System {
  return {
    ...{ name: 'nobody', title: 'Nobody', group: 'network', version: '1.0', needs: [] },
    start: async () => ({}),
    ...{ cases, ...more },
  };
}

describe('a run', () => {
  it('tells what was seen, and why a case failed, and goes on after it', async () => {
    const { results } = await runSystem(systemOf([fails, holds]), quiet);
    expect(results.map(({ id, verdict, seen }) => [id, verdict, seen])).toEqual([
      ['fails', 'fail', 'expected a word, heard none'],
      ['holds', 'pass', 'a word'],
    ]);
  });

  it('tells what failed once more at its end, and nothing where nothing did', async () => {
    const run = await runSystem(systemOf([fails, holds]), quiet);
    expect(failuresOf([run, { ...run, results: [] }])).toBe(
      `Nobody 1.0 (${run.seconds} s)\n  ✘ speech  it holds: expected a word, heard none\n\n`,
    );
    expect(failuresOf([await runSystem(systemOf([holds]), quiet)])).toBe('');
  });

  it('is a failure when the system cannot be started, and stops what had been', async () => {
    const stopped = vi.fn();
    const start: System['start'] = async (stage) => {
      stage.atEnd(stopped);
      throw new Error('the port is taken');
    };
    const { results } = await runSystem(systemOf([holds], { start }), quiet);
    expect(results).toMatchObject([{ id: 'start', verdict: 'fail', seen: 'the port is taken' }]);
    expect(stopped).toHaveBeenCalledOnce();
  });

  it('stops everything, last things first, also when one of them cannot be', async () => {
    const stopped: string[] = [];
    const start: System['start'] = async (stage) => {
      stage.atEnd(() => void stopped.push('first'));
      stage.atEnd(() => {
        throw new Error('cannot be stopped');
      });
      stage.atEnd(() => void stopped.push('last'));
    };
    await runSystem(systemOf([holds], { start }), quiet);
    expect(stopped).toEqual(['last', 'first']);
  });

  it('stops everything when it is interrupted, whatever a case waits for', async () => {
    const stopped = vi.fn();
    const start: System['start'] = async (stage) => stage.atEnd(stopped);
    await new Promise<void>((resolve) => {
      const waits: Case<unknown> = { ...holds, run: () => new Promise(() => resolve()) };
      void runSystem(systemOf([waits], { start }), quiet);
    });
    await endAll();
    expect(stopped).toHaveBeenCalledOnce();
  });

  it('names what a machine lacks and runs nothing there', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const run = await runSystem(systemOf([holds], { needs: ['dpkg-deb'] }), quiet);
    vi.unstubAllEnvs();
    expect(run).toMatchObject({ results: [], lacks: ['Debian’s dpkg-deb'] });
    expect(summaryOf([run])).toBe('0 passed, 0 failed, 1 systems skipped (nobody: Debian’s dpkg-deb): nothing was run');
    expect(matrixOf([run])).toBe('Nobody 1.0: skipped, for there is no Debian’s dpkg-deb on this machine');
  });

  it('keeps the results of systems that were not asked this time', async () => {
    const before = { systems: [{ ...kept, name: 'other' }, kept, { ...kept, name: 'forgotten' }] };
    const run = await runSystem(systemOf([fails]), quiet);
    const { systems } = laidOver(before, [run], ['nobody', 'other']);
    expect(systems.map(({ name, cases }) => [name, cases.length])).toEqual([
      ['nobody', 1],
      ['other', 0],
    ]);
  });
});

const kept = { name: 'nobody', title: 'Nobody', group: 'network', version: '0.9', needs: [], cases: [] };
