import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareSurfaces } from './surface.ts';

/** What upstream might export, what we might, and which uses of it would no longer compile. */
const cases: [what: string, theirs: string, ours: string, noticed: string[]][] = [
  ['a field that may be absent', 'type A = { id: string }', 'type A = { id?: string }', ['A.id reading']],
  ['a field that may be null', 'type B = { id: string }', 'type B = { id: string | null }', ['B.id reading']],
  [
    'the same deep inside',
    'type C = { a: { b: { id: string }[] } }',
    'type C = { a: { b: { id: string | null }[] } }',
    ['C.a.b[].id reading'],
  ],
  [
    'an optional field that is not there',
    'type D = { id?: string; name: string }',
    'type D = { name: string }',
    ['D.id reading', 'D.id writing'],
  ],
  ['a field that has to be given', 'type E = { id?: string }', 'type E = { id: string }', ['E.id writing']],
  ['one more field', 'type F = { id: string }', 'type F = { id: string; name?: string }', []],
  [
    'a member that is told apart',
    "type H = { type: 'a'; id: 1 } | { type: 'b'; id: 1 }",
    "type H = { type: 'a'; id: 1 } | { type: 'b'; id: 1 } | { type: 'c'; id: 1 }",
    ['H.type reading'],
  ],
  ['a second spelling of the type', "type I = { type: 'a' }", "type I = { type: 'a' | 'b' }", []],
  ['a type that is compared by itself', 'type J = { item: B }', 'type J = { item: B }', []],
  [
    'more that may be handed over',
    'declare class K { a(b: string): void }',
    'declare class K { a(b?: string): void }',
    [],
  ],
  [
    'less that may be handed over',
    'declare class L { a(b: string | null): void }',
    'declare class L { a(b: string): void }',
    ['L.a(b) writing'],
  ],
  [
    'less that comes back',
    'declare class M { a(): string }',
    'declare class M { a(): string | undefined }',
    ['M.a() reading'],
  ],
  [
    'less that a promise brings',
    'declare class N { a(): Promise<string> }',
    'declare class N { a(): Promise<string | null> }',
    ['N.a() reading'],
  ],
  [
    'less that a field holds',
    'declare class O { a: number }',
    'declare class O { a: number | undefined }',
    ['O.a reading'],
  ],
  [
    'options, which nobody reads',
    'type POptions = { speed: number }',
    'type POptions = { speed?: number | null; voice?: string }',
    [],
  ],
  [
    'an option that is not known',
    'type QOptions = { speed: number; voice?: string }',
    'type QOptions = { speed: number }',
    ['QOptions.voice writing'],
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'patchbay-surface-'));
const [theirs, ours] = [join(folder, 'agents-plugin-openai', 'index.ts'), join(folder, 'index.ts')];
mkdirSync(join(folder, 'agents-plugin-openai'));
writeFileSync(theirs, cases.map(([, source]) => `export ${source};`).join('\n'));
writeFileSync(ours, cases.map(([, , source]) => `export ${source};`).join('\n'));
const found = compareSurfaces(theirs, ours);
rmSync(folder, { recursive: true, force: true });

test.each(cases)('the check of the surface: %s', (_, source, __, noticed) => {
  const [name = ''] = /\b[A-Q](Options)?\b/.exec(source) ?? [];
  const own = found.filter((each) => each.name.split(/[.([]/)[0] === name);
  expect(own.map((each) => `${each.name} ${each.what.split(':')[0]}`).sort()).toEqual(noticed);
});
