import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { unproven, type TestReport } from './check-evidence.ts';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '../node_modules/.bin');

/** Tests of every fate, which Vitest itself reports on. */
const tests = `
  test('passes', () => {});
  test('fails', () => { throw new Error('no'); });
  test.skip('is skipped', () => {});
  test.todo('is to be done');
  test.each([[1, { a: 'x' }, 'one'], [2, null, 'two\\nlines']])('number %i, %o: %s (100%%)', () => {});
  test.each([{ way: 'left', is: { good: true } }, { way: 'right', is: { good: false } }])(
    'turns $way, $is.good',
    ({ is }) => expect(is.good).toBe(true),
  );
  describe('all well', () => { test('one', () => {}); describe('inside', () => test('two', () => {})); });
  describe('not all well', () => { test('three', () => {}); test.skip('four', () => {}); });
  describe.each(['red', 'blue'])('the %s side', () => { test('five', () => {}); });
  describe.skip('left out', () => { test('six', () => {}); });
  describe('a title [with] (signs)?', () => { test('costs $5 + 7 %', () => {}); });
`;

let root: string;
let report: TestReport;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'evidence-'));
  await writeFile(join(root, 'fates.test.js'), tests);
  await writeFile(join(root, 'broken.test.js'), "test('never comes to be', () => {});\nthrow new Error('at once');");
  const json = join(root, 'report.json');
  // Its code says that tests failed, as they should.
  await run(join(bin, 'vitest'), ['run', '--root', root, '--globals', '--reporter=json', `--outputFile=${json}`], {
    cwd: root,
  }).catch(() => undefined);
  report = JSON.parse(await readFile(json, 'utf8')) as TestReport;
  return () => rm(root, { recursive: true });
});

const check = (title: string, file = 'fates.test.js'): string[] =>
  unproven([{ what: 'it works', tests: [[file, title]] }], report, root);

describe('a proof that proves something', () => {
  it.each([
    'passes',
    'number %i, %o: %s (100%%)',
    'all well',
    'inside',
    'the %s side',
    'the red side',
    'five',
    'a title [with] (signs)?',
    'costs $5 + 7 %',
  ])('%o', (title) => {
    expect(check(title)).toEqual([]);
  });
});

describe('a proof that proves nothing is named', () => {
  it.each([
    ['fails', 'failed'],
    ['is skipped', 'skipped'],
    ['is to be done', 'todo'],
    ['turns $way, $is.good', 'failed'],
    ['not all well', 'skipped'],
    ['left out', 'skipped'],
    ['six', 'skipped'],
    ['pass', 'did not run'],
    ['number %i, %o!', 'did not run'],
    ['it is nowhere', 'did not run'],
  ])('%o: %s', (title, why) => {
    expect(check(title)).toEqual([`it works: ${why}: '${title}' of fates.test.js`]);
  });

  it.each(['never comes to be', 'passes'])('because its file did not run: %s', (title) => {
    expect(check(title, 'broken.test.js')).toHaveLength(1);
    expect(check(title, 'missing.test.js')).toHaveLength(1);
  });

  it('each of them, and nothing else', () => {
    const proofs = ['passes', 'fails', 'gone'].map((title) => ['fates.test.js', title] as const);
    const claims = [
      { what: 'one', tests: proofs },
      { what: 'two', tests: proofs.slice(1, 2) },
    ];
    expect(unproven(claims, report, root).map((line) => line.split(' of ')[0])).toEqual([
      "one: failed: 'fails'",
      "one: did not run: 'gone'",
      "two: failed: 'fails'",
    ]);
  });
});

it('ends with an error where the report has none of the proofs', async () => {
  const program = join(import.meta.dirname, 'check-evidence.ts');
  const failure = run(join(bin, 'node'), ['-C', 'dev', program, join(root, 'report.json')]);
  await expect(failure).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('pain 1: did not run') });
});
