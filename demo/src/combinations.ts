import { initializeLogger } from '@livekit/agents';
import { explain } from './failure.ts';
import { leave } from './leave.ts';
import { readOptions } from './options.ts';
import { perform } from './perform.ts';
import { hearing, speaking } from './providers/index.ts';
import { openStage } from './stage.ts';
import { median, timings } from './timing.ts';

/** Conversations at once: they are mostly waiting, for one another to finish speaking. */
const atOnce = 5;
/** What hangs has failed, milliseconds. */
const longestConversationMs = 75_000;

interface Outcome {
  stt: string;
  tts: string;
  /** Empty: every check passed. */
  failed: readonly string[];
  summary: string;
}

/** What `pnpm demo --short --stt … --tts …` does, without its report. */
async function hold(stt: string, tts: string): Promise<Outcome> {
  const options = readOptions(['--short', '--stt', stt, '--tts', tts], {});
  try {
    const stage = await openStage(options);
    try {
      const signal = AbortSignal.timeout(longestConversationMs);
      const { conversation, checks } = await perform({
        ...{ mode: 'pipeline', cast: options.cast, stage, signal },
        onProgress: () => {},
      });
      const wait = Math.round(median(timings(conversation).map(({ total }) => total)));
      const failed = checks.filter(({ ok }) => !ok).map(({ text }) => text);
      return { stt, tts, failed, summary: `${checks.length - failed.length} checks passed, ${wait} ms` };
    } finally {
      await stage.close();
    }
  } catch (error) {
    return { stt, tts, failed: [explain(error)], summary: 'ended early' };
  }
}

/** Holds a short conversation with everyone who hears and everyone who speaks. */
async function main(): Promise<boolean> {
  initializeLogger({ pretty: false, level: 'silent' });
  const pairs = [...hearing.keys()].flatMap((stt) => [...speaking.keys()].map((tts) => [stt, tts] as const));
  const width = (names: Iterable<string>): number => Math.max(...[...names].map((name) => name.length));
  const [wide, wider] = [width(hearing.keys()), width(speaking.keys())];
  const waiting = pairs.values();
  let allPassed = true;
  const work = async (): Promise<void> => {
    for (const [stt, tts] of waiting) {
      const { failed, summary } = await hold(stt, tts);
      const mark = failed.length === 0 ? '✓' : '✗';
      console.log(`  ${mark} --stt ${stt.padEnd(wide)} --tts ${tts.padEnd(wider)}  ${summary}`);
      for (const text of failed) console.log(`      ${text}`);
      allPassed &&= failed.length === 0;
    }
  };
  console.log(`\n  ${pairs.length} short conversations, the wait for an answer beside each\n`);
  await Promise.all(Array.from({ length: atOnce }, work));
  console.log();
  return allPassed;
}

await leave((await main()) ? 0 : 1);
