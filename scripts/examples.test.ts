import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'examples');
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const plugins = readdirSync(join(root, 'plugins'));

test.each(plugins)('there is an example agent with @patchbay/%s', (plugin) => {
  const imports = examples.filter((name) =>
    readFileSync(join(folder, name), 'utf8').includes(`from '@patchbay/${plugin}'`),
  );
  expect(imports).not.toEqual([]);
});

test('every example compiles', () => {
  expect(complaintsOf(examples.map((name) => join(folder, name)))).toEqual([]);
});

test('an example that does not would be noticed', () => {
  const wrong = join(folder, 'wrong-agent.ts');
  const code = "import { STT } from '@patchbay/deepgram';\nnew STT({ modle: 'nova-3' });";
  expect(complaintsOf([wrong], new Map([[wrong, code]]))).toEqual([
    expect.stringMatching(/wrong-agent.ts: .*'modle' does not exist/),
  ]);
});

/** What the compiler says of these files, with the examples' own settings. */
function complaintsOf(files: readonly string[], unsaved: ReadonlyMap<string, string> = new Map()): string[] {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => unsaved.has(path) || fileExists(path);
  host.readFile = (path) => unsaved.get(path) ?? readFile(path);
  const program = ts.createProgram(files, { ...options, noEmit: true }, host);
  return files.flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}
