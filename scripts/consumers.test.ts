import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Where a path of `exports` leads. */
type Target = { import?: { types?: string }; require?: { types?: string } };

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '..');
const plugins = (await readdir(join(workspace, 'plugins'))).map((plugin) => `plugins/${plugin}`);
/** What somebody who installs the plugins gets with them, in the order in which each needs the other. */
const folders = ['packages/ws-url', 'packages/ws-session', 'packages/plugin-kit', ...plugins];

const names = plugins.map((folder) => `@patchbay/${folder.split('/')[1]}`);

/** A program of somebody who uses the plugins where LiveKit's own classes are wanted, and all that they export. */
const consumer = `
${names.map((name, index) => `export * as plugin${index} from '${name}';`).join('\n')}
import * as deepgram from '@patchbay/deepgram';
import { gateways, realtime, responses, STT, TTS } from '@patchbay/openai';
import * as soniox from '@patchbay/soniox';
import { llm, stt, tts, voice } from '@livekit/agents';

const apiKey = 'sk-of-a-consumer';
const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey });
export const listening: stt.STT = new STT({ gateway });
export const speaking: tts.TTS = new TTS({ gateway });
export const thinking: llm.LLM = new responses.LLM({ gateway, model: 'gpt-5-mini' });
export const conversing: llm.RealtimeModel = new realtime.RealtimeModel({ apiKey });
export const session: llm.RealtimeSession = new realtime.RealtimeModel({ apiKey }).session();
new voice.AgentSession({ stt: new STT({ gateway }), llm: new responses.LLM({ gateway }), tts: new TTS({ gateway }) });
new voice.AgentSession({ llm: new realtime.RealtimeModel({ apiKey }) });
new STT({ gateway }).on('connection', (event) => event.type);
export const listeners: stt.STT[] = [new deepgram.STT({ apiKey }), new deepgram.STTv2({ apiKey }), new soniox.STT({ apiKey })];
export const speakers: tts.TTS[] = [new deepgram.TTS({ apiKey }), new deepgram.TTSv2({ apiKey }), new soniox.TTS({ apiKey })];
new voice.AgentSession({ stt: new deepgram.STTv2({ apiKey }), llm: new responses.LLM({ gateway }), tts: new soniox.TTS({ apiKey }) });
// @ts-expect-error: otherwise everything above would be any.
export const wrong: llm.LLM = new STT({ gateway });
`;

/** Prints a line per plugin that has classes of LiveKit's, and per class that is what LiveKit's base class says. */
const instances = `
  const { '@livekit/agents': { stt, tts, llm }, ...plugins } = parts;
  const bases = [stt.STT, tts.TTS, llm.LLM, llm.RealtimeModel, llm.DuplexModel];
  for (const [name, exported] of Object.entries(plugins))
    console.log(name, Object.values(exported).some((each) => bases.some((Base) => each?.prototype instanceof Base)));
  const { '@patchbay/deepgram': deepgram, '@patchbay/openai': openai, '@patchbay/soniox': soniox } = plugins;
  const apiKey = 'sk-of-a-consumer';
  for (const [made, Base] of [
    [new openai.STT({ apiKey }), stt.STT],
    [new openai.TTS({ apiKey }), tts.TTS],
    [new openai.responses.LLM({ apiKey }), llm.LLM],
    [new openai.realtime.RealtimeModel({ apiKey }), llm.RealtimeModel],
    [new deepgram.STT({ apiKey }), stt.STT],
    [new deepgram.STTv2({ apiKey }), stt.STT],
    [new deepgram.TTS({ apiKey }), tts.TTS],
    [new deepgram.TTSv2({ apiKey }), tts.TTS],
    [new soniox.STT({ apiKey }), stt.STT],
    [new soniox.TTS({ apiKey }), tts.TTS],
  ]) console.log(made.label, made instanceof Base);
`;

let place: string;

/** Builds in a copy of the workspace, so that nobody's `dist` is read or touched, as a flat installation. */
beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-consumer-')));
  for (const file of ['package.json', 'tsconfig.base.json', 'tsdown.base.ts']) {
    await cp(join(workspace, file), join(place, file));
  }
  for (const folder of ['.', ...folders]) await install(join(workspace, folder, 'node_modules'));
  for (const folder of folders) {
    for (const file of ['package.json', 'tsconfig.json', 'tsdown.config.ts', 'src']) {
      const filter = (source: string): boolean => !/\.test\.ts$|__fixtures__/.test(source);
      await cp(join(workspace, folder, file), join(place, folder, file), { recursive: true, filter });
    }
    await link(join(place, folder), join(place, 'node_modules/@patchbay', folder.split('/')[1]!));
  }
  const tsdown = join(workspace, 'node_modules/.bin/tsdown');
  await Promise.all(folders.map((folder) => run(tsdown, ['--no-publint', '--no-attw'], { cwd: join(place, folder) })));
  for (const extension of ['mts', 'cts']) await writeFile(join(place, `consumer.${extension}`), consumer);
}, 300_000);
afterAll(() => rm(place, { recursive: true, force: true }));

/** Everything that was installed from elsewhere, beside each other. */
async function install(modules: string): Promise<void> {
  for (const entry of await readdir(modules)) {
    if (entry.startsWith('.') || entry === '@patchbay') continue;
    const names = entry.startsWith('@')
      ? (await readdir(join(modules, entry))).map((name) => join(entry, name))
      : [entry];
    for (const name of names) await link(await realpath(join(modules, name)), join(place, 'node_modules', name));
  }
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path, 'dir');
}

/** Everything that was built that declares something, in the order of the folders. */
async function declarations(): Promise<string[][]> {
  const found = folders.map(async (folder) => {
    const files = await readdir(join(place, folder, 'dist'), { recursive: true });
    return files.filter((file) => /\.d\.[cm]?ts$/.test(file)).map((file) => join(place, folder, 'dist', file));
  });
  return Promise.all(found);
}

/** What the compiler has to say about our declarations and those who use them; LiveKit's own are not looked at. */
async function complaints(files: string[], options: ts.CompilerOptions): Promise<string[]> {
  const declared = (await declarations()).flat();
  const program = ts.createProgram({
    rootNames: [...files.map((file) => join(place, file)), ...declared],
    options: {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      typeRoots: [join(place, 'node_modules/@types')],
      strict: true,
      noEmit: true,
      ...options,
    },
  });
  const ours = program
    .getSourceFiles()
    .filter((file) => file.fileName.startsWith(place) && !/node_modules/.test(file.fileName));
  expect(ours.map(({ fileName }) => fileName)).toEqual(expect.arrayContaining(declared));
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ].map(({ file, messageText }) => {
    const where = file ? relative(place, file.fileName) : 'options';
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

describe('the built declarations', () => {
  it('are there for all that their manifests name', async () => {
    for (const [index, files] of (await declarations()).entries()) {
      const folder = join(place, folders[index]!);
      const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const named = Object.values<Target>(exports).flatMap((to) => [to.import?.types, to.require?.types]);
      const wanted = named.flatMap((path) => (path === undefined ? [] : [join(folder, path)]));
      expect(wanted.length, folder).toBeGreaterThanOrEqual(2);
      expect(files).toEqual(expect.arrayContaining(wanted));
    }
  });

  it('fit LiveKit for ES modules and CommonJS, as Node resolves them', async () => {
    const node = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
    expect(await complaints(['consumer.mts', 'consumer.cts'], node)).toEqual([]);
  });

  it('fit LiveKit as a bundler resolves them', async () => {
    const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
    expect(await complaints(['consumer.mts'], bundler)).toEqual([]);
  });

  it('name no type of ws, and no frame but by way of LiveKit', async () => {
    for (const file of (await declarations()).flat()) {
      const { importedFiles } = ts.preProcessFile(await readFile(file, 'utf8'));
      const foreign = importedFiles.filter(({ fileName }) => ['ws', '@livekit/rtc-node'].includes(fileName));
      expect(foreign, relative(place, file)).toEqual([]);
    }
  });
});

const each = (how: string): string =>
  `{ ${['@livekit/agents', ...names].map((name) => `'${name}': ${how}('${name}')`).join()} }`;

describe.each([
  ['imported', ['--input-type=module', '-e'], each('await import')],
  ['required', ['--input-type=commonjs', '-e'], each('require')],
])('the built plugins, %s', (_how, flags, load) => {
  it('make instances of the base classes of LiveKit', async () => {
    const { stdout } = await run(process.execPath, [...flags, `const parts = ${load};${instances}`], { cwd: place });
    const told = stdout.trim().split('\n');
    expect(told.filter((line) => !line.endsWith(' true'))).toEqual([]);
    expect(told).toHaveLength(names.length + 10);
  });
});
