import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger } from '@livekit/agents';
import { partsOf } from './cast.ts';
import type { Progress } from './conversation.ts';
import { explain } from './failure.ts';
import { prepareFolder } from './folder.ts';
import { leave, longestEndMs } from './leave.ts';
import { help, readOptions, type Options } from './options.ts';
import { perform, type Run } from './perform.ts';
import { sampleRate } from './record.ts';
import { modeNames, report } from './report/index.ts';
import { openStage, type Stage } from './stage.ts';
import { Terminal } from './terminal.ts';
import { waveFile } from './wave-file.ts';

/** A demo that hangs is a demo that fails, milliseconds. */
const longestDemoMs = { calm: 170_000, underFire: 420_000 };

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
    for (const mode of options.modes) {
      terminal.heading(modeNames[mode], partsOf(mode, options.cast));
      const onProgress = (progress: Progress): void => {
        // What happens while everything is being torn down is no news.
        if (!interrupted.signal.aborted) terminal.progress(progress);
      };
      const { signal } = interrupted;
      runs.push(await Promise.race([perform({ mode, cast: options.cast, stage, onProgress, signal }), failed]));
    }
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
