import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { features } from '../plugins/openai/src/evidence/features.ts';
import { pains } from '../plugins/openai/src/evidence/pains.ts';
import type { Proof } from '../plugins/openai/src/evidence/proof.ts';

/** What is claimed, and the tests that are said to show it. */
export interface Claim {
  what: string;
  tests: readonly Proof[];
}

/** As much of the report of `vitest --reporter=json` as is looked at. */
export interface TestReport {
  testResults: readonly {
    /** The path of the file. */
    name: string;
    assertionResults: readonly { ancestorTitles: readonly string[]; title: string; status: string }[];
  }[];
}

export const claims: readonly Claim[] = [
  ...pains.map(({ number, tests }) => ({ what: `pain ${number}`, tests })),
  ...features.map(({ area, feature, tests = [] }) => ({ what: `${area}: ${feature}`, tests })),
];

/**
 * The proofs that prove nothing, each in a line: no test of that title ran, or not all of them passed. A title is that of
 * a test, or of a `describe`, which stands for all tests in it; placeholders of `each` stand for whatever was put there.
 */
export function unproven(claims: readonly Claim[], report: TestReport, root: string): string[] {
  return claims.flatMap(({ what, tests }) =>
    tests.flatMap(([file, title]) => {
      const pattern = patternOf(title);
      const named = report.testResults
        .filter(({ name }) => relative(root, name).replaceAll('\\', '/') === file)
        .flatMap(({ assertionResults }) => assertionResults)
        .filter((test) => [test.title, ...test.ancestorTitles].some((each) => pattern.test(each)));
      const others = [...new Set(named.map(({ status }) => status))].filter((status) => status !== 'passed');
      if (named.length > 0 && others.length === 0) return [];
      return [`${what}: ${named.length === 0 ? 'did not run' : others.join(', ')}: '${title}' of ${file}`];
    }),
  );
}

/** https://vitest.dev/api/test#test-each */
const placeholder = /%[sdifjoOc#$%]|\$[\w#][\w.]*/g;

function patternOf(title: string): RegExp {
  const fixed = title.split(placeholder).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${fixed.join('.*')}$`, 's');
}

if (import.meta.main) {
  const [path = 'out/test-results.json'] = process.argv.slice(2);
  const root = join(import.meta.dirname, '..');
  const report = JSON.parse(await readFile(path, 'utf8')) as TestReport;
  const lines = unproven(claims, report, root);
  for (const line of lines) console.error(line);
  if (lines.length > 0) process.exitCode = 1;
  else console.log(`${claims.length} claims, and every test that shows them passed`);
}
