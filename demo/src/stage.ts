import {
  startEar,
  startLoopback,
  startVoice,
  type Faults,
  type Listener,
  type Speech,
  type Voice,
} from '@patchbay/loopback';
import { modelNames, type Place } from './cast.ts';
import type { SpeechSent, Truncation } from './hearing.ts';
import type { Options } from './options.ts';
import { fireScripts } from './fire/scripts.ts';
import { sampleRate, type Mode } from './record.ts';
import { callerVoice, script, type Step } from './script.ts';

/** Everything around a conversation: where the models are, what the caller says, and who listens. */
export interface Stage {
  place: Place;
  /** For people: "through a gateway with LiteLLM's rules, all on 127.0.0.1". */
  description: string;
  note: string;
  /** Words can be read back from the samples. */
  exact: boolean;
  /** What is said in a mode, and how it sounds. */
  scripts: ReadonlyMap<Mode, { script: readonly Step[]; phrases: readonly Speech[] }>;
  /** With these the cloud is set on fire. */
  faults?: Faults;
  listener?: Listener;
  truncations: readonly Truncation[];
  /** What the service has sent; `undefined`: nobody counts. */
  speechSent?: readonly SpeechSent[];
  close(): Promise<void>;
}

const gatewayNames = { litellm: 'LiteLLM', 'litellm@1.105': 'LiteLLM 1.105', none: '' } as const;

/** What the operator of the gateway has configured. LiteLLM takes every transcription to the first of these names. */
const routedModels = {
  'gpt-realtime-whisper': modelNames.transcription,
  ...Object.fromEntries(Object.values(modelNames).map((name) => [name, name])),
};

/** Starts the local cloud and speaks the caller's phrases beforehand, so that they cost no time later. */
export async function openStage(options: Options): Promise<Stage> {
  return options.live ? openLiveStage(options) : openLocalStage(options);
}

async function openLocalStage({ gateway, faults, modes }: Options): Promise<Stage> {
  const cloud = await startLoopback({
    ...(gateway === 'none' ? {} : { gateway: { name: gateway, models: routedModels } }),
    ...(faults ? { faults: [] } : {}),
  });
  const [voice, ear] = await Promise.all([startVoice(), startEar({ recogniser: false })]);
  const truncations: Truncation[] = [];
  const speechSent: SpeechSent[] = [];
  cloud.on('event', ({ name, wall, detail }) => {
    if (name === 'item-truncated') truncations.push({ audioEndMs: Number(detail.audioEndMs), wall });
    if (name === 'speech-sent') speechSent.push({ samples: Number(detail.samples), wall });
  });
  return {
    // A fault every few seconds is more than healthy time refunds.
    place: { gateway, baseURL: cloud.url, apiKey: 'local', ...(faults ? { maxRetry: 20 } : {}) },
    description:
      gateway === 'none'
        ? 'with a voice cloud on 127.0.0.1'
        : `through a gateway with ${gatewayNames[gateway]}’s rules, all on 127.0.0.1`,
    note: 'The voices are synthetic and carry their text above the speech band, so every word can be read back from the samples that arrived. This tests transport, timing and turn-taking, not recognition.',
    exact: true,
    scripts: await spokenBy(voice, modes, faults),
    ...(faults ? { faults: cloud.faults } : {}),
    listener: await ear.listen({ sampleRate }),
    truncations,
    // What is asked for again is sent again.
    ...(faults ? {} : { speechSent }),
    async close() {
      await Promise.all([cloud.close(), voice.close(), ear.close()]);
    },
  };
}

/** A plain voice, and nobody who could read a real one back. */
async function openLiveStage({ modes }: Options): Promise<Stage> {
  const voice = await startVoice({ carrier: 'off' });
  const scripts = await spokenBy(voice, modes, false);
  await voice.close();
  return {
    place: { gateway: 'none' },
    description: 'with the service that the environment names',
    note: 'The caller’s voice is synthetic. What a real model says cannot be read back here, so turns, sound and tool calls were checked, not words.',
    exact: false,
    scripts,
    truncations: [],
    close: () => Promise.resolve(),
  };
}

async function spokenBy(voice: Voice, modes: readonly Mode[], faults: boolean): Promise<Stage['scripts']> {
  const speak = ({ say }: Step): Promise<Speech> => voice.speak(say, { voice: callerVoice, sampleRate });
  const spoken = modes.map(async (mode) => {
    const said = faults ? fireScripts[mode] : script;
    return [mode, { script: said, phrases: await Promise.all(said.map(speak)) }] as const;
  });
  return new Map(await Promise.all(spoken));
}
