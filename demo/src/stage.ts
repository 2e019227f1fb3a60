import { startEar, startLoopback, startVoice, type Listener, type Speech } from '@patchbay/loopback';
import { modelNames, type Place } from './cast.ts';
import type { SpeechSent, Truncation } from './hearing.ts';
import type { Options } from './options.ts';
import { sampleRate } from './record.ts';
import { callerVoice, script } from './script.ts';

/** Everything around a conversation: where the models are, what the caller says, and who listens. */
export interface Stage {
  place: Place;
  /** For people: "through a gateway with LiteLLM's rules, all on 127.0.0.1". */
  description: string;
  note: string;
  /** Words can be read back from the samples. */
  exact: boolean;
  phrases: readonly Speech[];
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
  return options.live ? openLiveStage() : openLocalStage(options);
}

async function openLocalStage({ gateway }: Options): Promise<Stage> {
  const cloud = await startLoopback(gateway === 'none' ? {} : { gateway: { name: gateway, models: routedModels } });
  const [voice, ear] = await Promise.all([startVoice(), startEar({ recogniser: false })]);
  const truncations: Truncation[] = [];
  const speechSent: SpeechSent[] = [];
  cloud.on('event', ({ name, wall, detail }) => {
    if (name === 'item-truncated') truncations.push({ audioEndMs: Number(detail.audioEndMs), wall });
    if (name === 'speech-sent') speechSent.push({ samples: Number(detail.samples), wall });
  });
  return {
    place: { gateway, baseURL: cloud.url, apiKey: 'local' },
    description:
      gateway === 'none'
        ? 'with a voice cloud on 127.0.0.1'
        : `through a gateway with ${gatewayNames[gateway]}’s rules, all on 127.0.0.1`,
    note: 'The voices are synthetic and carry their text above the speech band, so every word can be read back from the samples that arrived. This tests transport, timing and turn-taking, not recognition.',
    exact: true,
    phrases: await Promise.all(script.map(({ say }) => voice.speak(say, { voice: callerVoice, sampleRate }))),
    listener: await ear.listen({ sampleRate }),
    truncations,
    speechSent,
    async close() {
      await Promise.all([cloud.close(), voice.close(), ear.close()]);
    },
  };
}

/** A plain voice, and nobody who could read a real one back. */
async function openLiveStage(): Promise<Stage> {
  const voice = await startVoice({ carrier: 'off' });
  const phrases = await Promise.all(script.map(({ say }) => voice.speak(say, { voice: callerVoice, sampleRate })));
  await voice.close();
  return {
    place: { gateway: 'none' },
    description: 'with the service that the environment names',
    note: 'The caller’s voice is synthetic. What a real model says cannot be read back here, so turns, sound and tool calls were checked, not words.',
    exact: false,
    phrases,
    truncations: [],
    close: () => Promise.resolve(),
  };
}
