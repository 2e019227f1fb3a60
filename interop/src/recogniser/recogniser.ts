import { ok } from 'node:assert/strict';
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
}

/** What a voice that people understand stays below. */
const bearable = 0.2;
/** And nonsense, however it came about, above. */
const hopeless = 0.6;

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
    return { cloud, python, folder: stage.folder('sound') };
  },
  cases: [
    ...voices.map(understood),
    misread('wrong-rate', 'at the wrong rate', (samples) => samples),
    misread('wrong-order', 'with its bytes swapped', swapped),
  ],
});

function understood({ id, about, title, speak }: TestedVoice): Case<World> {
  return {
    id,
    about,
    title: `${title} is understood`,
    async run(world) {
      const spoken = await speak(world.cloud, sentences);
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
      const spoken: SpokenSentence[] = await voices[0]!.speak(world.cloud, sentences.slice(0, 4));
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
async function rateOf({ python, folder }: World, name: string, sounds: readonly Int16Array[]): Promise<number> {
  const paths = sounds.map((_, index) => join(folder, `${name}-${index + 1}.wav`));
  await Promise.all(paths.map((path, index) => writeWave(path, sounds[index]!)));
  const half = Math.ceil(paths.length / 2);
  const halves = await Promise.all([paths.slice(0, half), paths.slice(half)].map((some) => listen(python, some)));
  return wordErrorRate(halves.flat().map((heard, index) => [sentences[index]!, heard]));
}

async function listen(python: string, paths: readonly string[]): Promise<string[]> {
  const script = join(import.meta.dirname, 'recognise.py');
  const printed = await runCommand(python, [script], { env: environmentOf(), input: paths.join('\n') });
  return JSON.parse(printed) as string[];
}
