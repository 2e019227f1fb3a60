import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');

/** The TypeScript of each section: a section's examples are one program. */
function examples(): Map<string, string> {
  const [, ...sections] = `\n${readFileSync(join(folder, 'README.md'), 'utf8')}`.split('\n## ');
  const programs = sections.map((section): [string, string] => {
    const blocks = [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
    return [section.split('\n', 1)[0]!, blocks.join('\n')];
  });
  return new Map(programs.filter(([, code]) => code !== ''));
}

/** What an example takes from a package that this one has no use for. */
const strangers = `declare module '@azure/identity' {
  export class DefaultAzureCredential {}
  export function getBearerTokenProvider(credential: DefaultAzureCredential, scope: string): () => Promise<string>;
}`;

/** What the compiler says of them, as they would be written by a user of the package. */
function complaints(programs: ReadonlyMap<string, string>): string[] {
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
  const { readFile, fileExists } = host;
  host.readFile = (file) => (file === declarations ? strangers : (files.get(file)?.code ?? readFile(file)));
  host.fileExists = (file) => file === declarations || files.has(file) || fileExists(file);
  const program = ts.createProgram([declarations, ...files.keys()], options, host);
  return [...files].flatMap(([file, { title }]) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${title}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}

test('every example of the README compiles', () => {
  expect(complaints(examples())).toEqual([]);
});

test('an example that does not would be noticed', () => {
  const wrong = "import { STT } from '@patchbay/openai';\nnew STT({ modle: 'whisper-1' });";
  expect(complaints(new Map([['wrong', wrong]]))).toEqual([expect.stringMatching(/wrong: .*'modle' does not exist/)]);
});

test.each([
  'LLM',
  'responses.LLM',
  'STT',
  'TTS',
  'realtime.RealtimeModel',
  'realtime.GPTLiveModel',
  'realtime.RealtimeTranslationModel',
])('%s has a section with an example', (name) => {
  const titles = [...examples().keys()].map((title) => title.replaceAll('`', '').split(' ')[0]);
  expect(titles).toContain(name);
});
