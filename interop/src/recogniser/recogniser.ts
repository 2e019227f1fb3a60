import { ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { environmentOf } from '../process/environment.ts';
import { runCommand } from '../process/command.ts';
import { defineSystem, type Case } from '../system.ts';
import { sentences } from './sentences.ts';
import { voices, type SpokenSentence, type TestedVoice } from './voices.ts';
import { resampled, writeWave } from './wave-file.ts';
import { wordErrorRate } from './word-errors.ts';

interface World {
  cloud: Loopback;
  python: string;
  /** For sound. */
  folder: string;
  /** What was heard in which sound: one that is the same to the last sample, whoever made it, is listened to once. */
  heard: Map<string, string>;
}

/** What a voice that people understand stays below. */
const bearable = 0.2;
/** And nonsense, however it came about, above. */
const hopeless = 0.5;

let python = '';

/** https://pypi.org/project/pocketsphinx: a recogniser with a model of its own, which knows nothing of what will be said. */
export const recogniser = defineSystem<World>({
  name: 'recogniser',
  title: 'pocketsphinx',
  group: 'recogniser',
  version: '5.1.1',
  needs: ['python3'],
  async install(installer) {
    const requirements = join(import.meta.dirname, 'requirements.lock');
    python = join(await installer.python('recogniser', { requirements }), 'python');
  },
  async start(stage) {
    const cloud = await startLoopback({
      carrier: 'off',
      mind: 'echo',
      pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    });
    stage.atEnd(() => cloud.close());
    return { cloud, python, folder: stage.folder('sound'), heard: new Map() };
  },
  cases: [
    ...voices.map((voice) => understood(voice)),
    misread('wrong-rate', 'at the wrong rate', (samples) => samples),
    misread('wrong-order', 'with its bytes swapped', swapped),
  ],
});

function understood(voice: TestedVoice): Case<World> {
  const { id, about, title } = voice;
  return {
    id,
    about,
    title: `${title} is understood`,
    async run(world) {
      const spoken = await voice.speak(world.cloud, sentences);
      const rate = await rateOf(
        world,
        id,
        spoken.map(({ samples, sampleRate }) => resampled(samples, sampleRate)),
      );
      ok(rate <= bearable, `word error rate ${rate.toFixed(2)}, more than ${bearable}`);
      return `${rate.toFixed(2)} over ${spoken.length} sentences`;
    },
  };
}

/** The judge can fail: the same sound, taken for what it is not. */
function misread(id: string, how: string, misreading: (samples: Int16Array) => Int16Array): Case<World> {
  return {
    id,
    about: 'nonsense',
    title: `the same sound ${how} is not understood`,
    async run(world) {
      const spoken: SpokenSentence[] = await voices[0]!.speak(world.cloud, sentences.slice(0, 8));
      const rate = await rateOf(
        world,
        id,
        spoken.map(({ samples }) => misreading(samples)),
      );
      ok(rate > hopeless, `word error rate ${rate.toFixed(2)}, no more than ${hopeless}`);
      return `${rate.toFixed(2)} over ${spoken.length} sentences`;
    },
  };
}

function swapped(samples: Int16Array): Int16Array {
  const bytes = Buffer.from(Int16Array.from(samples).buffer).swap16();
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** How much of the sentences is not heard in these sounds, of which the first is the first sentence. */
async function rateOf(world: World, name: string, sounds: readonly Int16Array[]): Promise<number> {
  const files = await Promise.all(
    sounds.map(async (samples, index) => {
      const path = join(world.folder, `${name}-${index + 1}.wav`);
      await writeWave(path, samples);
      return { path, sum: createHash('sha256').update(samples).digest('hex') };
    }),
  );
  await listen(
    world,
    files.filter(({ sum }) => !world.heard.has(sum)),
  );
  return wordErrorRate(files.map(({ sum }, index) => [sentences[index]!, world.heard.get(sum)!]));
}

/** Two at a time: each takes a core. */
async function listen({ python, heard }: World, files: readonly { path: string; sum: string }[]): Promise<void> {
  const script = join(import.meta.dirname, 'recognise.py');
  const half = Math.ceil(files.length / 2);
  const halves = [files.slice(0, half), files.slice(half)].map(async (some) => {
    if (some.length === 0) return;
    const input = some.map(({ path }) => path).join('\n');
    const words = JSON.parse(await runCommand(python, [script], { env: environmentOf(), input })) as string[];
    for (const [index, { sum }] of some.entries()) heard.set(sum, words[index]!);
  });
  await Promise.all(halves);
}
