import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { closeModels, createModels } from './cast.ts';
import { check, type Check } from './checks.ts';
import { converse } from './conversation.ts';
import { explain } from './failure.ts';
import { Fire } from './fire/fire.ts';
import { prepareFolder } from './folder.ts';
import { help, readOptions, type Options } from './options.ts';
import { sampleRate, type Conversation, type Mode } from './record.ts';
import { modeNames, modeParts, report } from './report/index.ts';
import { toolsExpected } from './script.ts';
import { openStage, type Stage } from './stage.ts';
import { Terminal } from './terminal.ts';
import { waveFile } from './wave-file.ts';

/** A demo that hangs is a demo that fails, milliseconds. */
const longestDemoMs = { calm: 170_000, underFire: 420_000 };
/** The most that ending may take. */
const longestEndMs = 8_000;

interface Run {
  conversation: Conversation;
  checks: Check[];
}

async function main(options: Options, terminal: Terminal): Promise<boolean> {
  initializeLogger({ pretty: options.verbose, level: options.verbose ? 'debug' : 'silent' });
  terminal.status('starting');
  const interrupted = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    // What nobody caught would otherwise end the process in the middle of a line.
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
    process.once('SIGINT', () => reject(new Error('Stopped by the keyboard.')));
    const longestMs = longestDemoMs[options.faults ? 'underFire' : 'calm'];
    const tooLong = new Error(`The demo was not over after ${longestMs / 1000} seconds.`);
    setTimeout(() => reject(tooLong), longestMs).unref();
  });
  failed.catch((error: Error) => {
    interrupted.abort(error);
    // Whatever else hangs now, this ends it.
    setTimeout(() => process.exit(1), longestEndMs).unref();
  });

  const runs: Run[] = [];
  let failure: string | undefined;
  let stage: Stage | undefined;
  try {
    stage = await Promise.race([openStage(options), failed]);
    terminal.title('Patchbay demo', `A caller and a LiveKit agent talk ${stage.description}.`);
    for (const mode of options.modes)
      runs.push(await Promise.race([perform(mode, stage, terminal, interrupted.signal), failed]));
  } catch (error) {
    failure = explain(error);
  }
  for (const { conversation } of runs) terminal.latency(conversation);
  const checks = runs.flatMap((run) => run.checks);
  await Promise.race([stage?.close(), sleep(longestEndMs / 2, undefined, { ref: false })]);
  // Also what went wrong beside the conversations, or while they ended.
  if (failure === undefined && interrupted.signal.aborted) failure = explain(interrupted.signal.reason);
  if (failure === undefined) terminal.checks(checks);
  else terminal.failure(failure);
  try {
    if (stage && runs.length > 0) terminal.files(await save(options, stage, runs, failure));
  } catch (error) {
    failure = `The report was not written.\n${explain(error)}`;
    terminal.failure(failure);
  }
  return failure === undefined && checks.every(({ ok }) => ok);
}

async function perform(mode: Mode, stage: Stage, terminal: Terminal, signal: AbortSignal): Promise<Run> {
  terminal.heading(modeNames[mode], modeParts[mode]);
  const models = createModels(mode, stage.place);
  try {
    const conversation = await converse({
      mode,
      models,
      ...stage.scripts.get(mode)!,
      ...(stage.faults ? { fire: new Fire(stage.faults) } : {}),
      listener: stage.listener,
      onProgress: (progress) => {
        // What happens while everything is being torn down is no news.
        if (!signal.aborted) terminal.progress(progress);
      },
      truncations: () => stage.truncations,
      speechSent: stage.speechSent,
      signal,
    });
    return { conversation, checks: check(conversation, { tools: toolsExpected, exact: stage.exact }) };
  } finally {
    await closeModels(models);
  }
}

async function save(
  { out }: Options,
  stage: Stage,
  runs: readonly Run[],
  failure: string | undefined,
): Promise<[string, string][]> {
  const files: [string, string][] = [];
  for (const { conversation } of runs) {
    const file = join(out, `${conversation.mode}.wav`);
    await writeFile(file, waveFile([conversation.caller, conversation.agent], sampleRate));
    files.push(['audio', `${shortPath(file)}  caller left, agent right`]);
  }
  const file = join(out, 'report.html');
  await writeFile(file, report({ runs, place: stage.description, note: stage.note, failure }));
  return [['report', shortPath(file)], ...files];
}

/** As one would type it from here. */
function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

/** The native audio engine and LiveKit's own timers would keep the process for seconds. */
async function leave(code: number): Promise<never> {
  setTimeout(() => process.exit(code), longestEndMs).unref();
  await dispose();
  await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));
  process.exit(code);
}

const terminal = new Terminal(process.stdout);
let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${help}`);
  process.exit(2);
}
if (options.help) {
  console.log(help);
  process.exit(0);
}
try {
  // A folder that cannot be written is better known before than after.
  prepareFolder(options.out);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
const passed = await main(options, terminal);
terminal.end();
await leave(passed ? 0 : 1);
