import type { tts } from '@livekit/agents';
import type { Loopback } from '@patchbay/loopback';
import * as deepgram from '@patchbay/deepgram';
import * as openai from '@patchbay/openai';
import * as soniox from '@patchbay/soniox';
import type { Capability } from '@patchbay/ws-url';
import { ending, type Model } from '../talk/call.ts';
import { Conversation } from '../talk/conversation.ts';
import { Reading } from '../talk/reading.ts';
import { usualRate } from '../talk/sound.ts';

/** What was made of a sentence, and its rate in Hz. */
export interface SpokenSentence {
  samples: Int16Array;
  sampleRate: number;
}

/** A class that speaks. */
export interface TestedVoice {
  id: string;
  about: Capability;
  title: string;
  speak(cloud: Loopback, sentences: readonly string[]): Promise<SpokenSentence[]>;
}

const apiKey = 'of-nobody';

/** Every class of every plugin that speaks, with the voice that it has by default. */
export const voices: readonly TestedVoice[] = [
  textToSpeech('openai-tts', 'speech', 'openai.TTS', ({ url }) => new openai.TTS({ apiKey, baseURL: url })),
  textToSpeech('deepgram-tts', 'voice', 'deepgram.TTS', (cloud) => new deepgram.TTS({ apiKey, ...at(cloud) })),
  textToSpeech(
    'deepgram-ttsv2',
    'turn-voice',
    'deepgram.TTSv2',
    (cloud) => new deepgram.TTSv2({ apiKey, ...at(cloud) }),
  ),
  textToSpeech('soniox-tts', 'voice', 'soniox.TTS', (cloud) => new soniox.TTS({ apiKey, ...at(cloud) })),
  {
    id: 'openai-realtime',
    about: 'conversation',
    title: 'openai.realtime.RealtimeModel',
    async speak({ url }, sentences) {
      const model = new openai.realtime.RealtimeModel({ apiKey, baseURL: url });
      return ending(new Conversation(model), async (conversation) => {
        const spoken: SpokenSentence[] = [];
        for (const sentence of sentences) {
          const { samples } = await conversation.ask(sentence);
          spoken.push({ samples, sampleRate: usualRate });
        }
        return spoken;
      });
    },
  },
];

function at({ origin }: Loopback): { baseURL: string } {
  return { baseURL: origin };
}

function textToSpeech(
  id: string,
  about: Capability,
  title: string,
  create: (cloud: Loopback) => tts.TTS & Model,
): TestedVoice {
  return {
    id,
    about,
    title,
    async speak(cloud, sentences) {
      const model = create(cloud);
      const { sampleRate } = model;
      return ending(new Reading(model), async (reading) => {
        const spoken: SpokenSentence[] = [];
        for (const sentence of sentences) spoken.push({ samples: await reading.sound(sentence), sampleRate });
        return spoken;
      });
    },
  };
}
