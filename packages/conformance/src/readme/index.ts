import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

export interface ReadmeOptions {
  /** Of the plugin. */
  folder: string;
  /** What has a section with an example. */
  sections: readonly string[];
  /** An example that must not compile, and what is said of it. */
  wrong: readonly [code: string, complaint: RegExp];
  /** Declares packages that an example takes something from, and that the plugin has no use for. */
  strangers?: string;
}

/** Compiles the examples of a plugin's README, for its `readme.test.ts`. */
export function describeReadme({ folder, sections, wrong: [code, complaint], strangers }: ReadmeOptions): void {
  const examples = examplesOf(folder);

  test('every example of the README compiles', () => {
    expect(complaintsOf(folder, examples, strangers)).toEqual([]);
  });

  test('an example that does not would be noticed', () => {
    const complaints = complaintsOf(folder, new Map([['wrong', code]]), strangers);
    expect(complaints).toEqual([expect.stringMatching(complaint)]);
  });

  test.each(sections)('%s has a section with an example', (name) => {
    const titles = [...examples.keys()].map((title) => title.replaceAll('`', '').split(' ')[0]);
    expect(titles).toContain(name);
  });
}

/** The TypeScript of each section: a section's examples are one program. */
function examplesOf(folder: string): Map<string, string> {
  const [, ...sections] = `\n${readFileSync(join(folder, 'README.md'), 'utf8')}`.split('\n## ');
  const programs = sections.map((section): [string, string] => {
    const blocks = [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
    return [section.split('\n', 1)[0]!, blocks.join('\n')];
  });
  return new Map(programs.filter(([, code]) => code !== ''));
}

/** What the compiler says of them, as they would be written by a user of the package. */
function complaintsOf(folder: string, programs: ReadonlyMap<string, string>, strangers = ''): string[] {
  const files = new Map(
    [...programs].map(([title, code], index) => [join(folder, `src/example-${index}.ts`), { title, code }]),
  );
  const declarations = join(folder, 'src/example-strangers.d.ts');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['dev'],
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.readFile = (file) => (file === declarations ? strangers : (files.get(file)?.code ?? disk.readFile(file)));
  host.fileExists = (file) => file === declarations || files.has(file) || disk.fileExists(file);
  const program = ts.createProgram([declarations, ...files.keys()], options, host);
  return [...files].flatMap(([file, { title }]) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${title}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}
