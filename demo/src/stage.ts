import {
  startEar,
  startLoopback,
  startVoice,
  type Carrier,
  type Faults,
  type Listener,
  type Speech,
} from '@patchbay/loopback';
import type { Cast } from './cast.ts';
import type { SpeechSent, Truncation } from './hearing.ts';
import type { Options } from './options.ts';
import { fireScripts } from './fire/scripts.ts';
import { modelNames } from './providers/openai.ts';
import type { Place } from './providers/types.ts';
import { sampleRate, type Mode } from './record.ts';
import { callerVoice, script, shortScript, type Step } from './script.ts';

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

async function openLocalStage(options: Options): Promise<Stage> {
  const { gateway, faults, cast } = options;
  const cloud = await startLoopback({
    ...(gateway === 'none' ? {} : { gateway: { name: gateway, models: routedModels } }),
    ...(faults ? { faults: [] } : {}),
  });
  const ear = await startEar({ recogniser: false });
  const truncations: Truncation[] = [];
  const speechSent: SpeechSent[] = [];
  cloud.on('event', ({ name, wall, detail }) => {
    if (name === 'item-truncated') truncations.push({ audioEndMs: Number(detail.audioEndMs), wall });
    if (name !== 'speech-sent') return;
    const text = typeof detail.text === 'string' ? { text: detail.text } : {};
    speechSent.push({ ...text, samples: Number(detail.samples), wall });
  });
  return {
    // A fault every few seconds is more than healthy time refunds.
    place: { gateway, origin: cloud.origin, apiKey: 'local', ...(faults ? { maxRetry: 20 } : {}) },
    description:
      gateway === 'none'
        ? 'with a voice cloud on 127.0.0.1'
        : `through a gateway with ${gatewayNames[gateway]}’s rules, all on 127.0.0.1`,
    note: 'The voices are synthetic and carry their text above the speech band, so every word can be read back from the samples that arrived. This tests transport, timing and turn-taking, not recognition.',
    exact: true,
    scripts: await spoken(options, (mode) => carrierFor(mode, cast)),
    ...(faults ? { faults: cloud.faults } : {}),
    listener: await ear.listen({ sampleRate }),
    truncations,
    // What is asked for again is sent again.
    ...(faults ? {} : { speechSent }),
    async close() {
      await Promise.all([cloud.close(), ear.close()]);
    },
  };
}

/** A plain voice, and nobody who could read a real one back. */
async function openLiveStage(options: Options): Promise<Stage> {
  const { stt, tts } = options.cast;
  return {
    place: { gateway: 'none' },
    description: `with ${[...new Set(['OpenAI', stt.provider.title, tts.provider.title])].join(' and ')}, as the environment says`,
    note: 'The caller’s voice is synthetic. What a real model says cannot be read back here, so turns, sound and tool calls were checked, not words.',
    exact: false,
    scripts: await spoken(options, () => 'off'),
    truncations: [],
    close: () => Promise.resolve(),
  };
}

/** The caller's line has 24 kHz, and what is above the half of those at which somebody listens is lost on the way. */
function carrierFor(mode: Mode, { stt }: Cast): Carrier {
  return mode === 'pipeline' && stt.sampleRate < sampleRate ? 'wide' : 'high';
}

/** What the caller says, in a voice that is not needed any more afterwards. */
async function spoken(
  { modes, faults, short }: Options,
  carrierOf: (mode: Mode) => Carrier,
): Promise<Stage['scripts']> {
  const all = modes.map(async (mode) => {
    const said = faults ? fireScripts[mode] : short ? shortScript : script;
    const voice = await startVoice({ carrier: carrierOf(mode) });
    try {
      const phrases = said.map(({ say }) => voice.speak(say, { voice: callerVoice, sampleRate }));
      return [mode, { script: said, phrases: await Promise.all(phrases) }] as const;
    } finally {
      await voice.close();
    }
  });
  return new Map(await Promise.all(all));
}
