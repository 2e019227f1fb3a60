import { LLM, STT, TTS, realtime, responses } from '@patchbay/openai';
import type { Models } from '../../cast.ts';
import type { Mode } from '../../record.ts';
import type { Step } from '../../script.ts';
import { fireScripts } from '../scripts.ts';
import type { Place } from './call.ts';
import { EnergyVad } from './energy-vad.ts';
import { httpScript, liveScript } from './other-scripts.ts';

/** A way in which the plugin makes an AgentSession. */
export interface Wiring {
  name: string;
  mode: Mode;
  script: readonly Step[];
  models: (place: Place) => Models;
  /** What is heard of the answer that a fault cuts, by its phrase. */
  cut: Record<string, string>;
  /** What lets it hear no more, for good, and what is told of that. */
  deaf: readonly string[];
  refusal: string;
}

/** A fault every few seconds is more than healthy time refunds. */
const connOptions = { maxRetry: 20 };

export const wirings: readonly Wiring[] = [
  {
    name: 'STT on a socket, responses.LLM on a socket, TTS',
    mode: 'pipeline',
    script: fireScripts.pipeline,
    models: (place) => ({
      stt: new STT({ ...place, model: 'gpt-4o-mini-transcribe' }),
      llm: new responses.LLM({ ...place, model: 'gpt-5-mini' }),
      tts: new TTS({ ...place, model: 'gpt-4o-mini-tts' }),
      vad: new EnergyVad(),
    }),
    cut: { 'Thank you and goodbye.': 'You are welcome.' },
    deaf: ['end-at:input_audio_buffer.append,path=/realtime,times=1', 'refuse:401,path=/realtime'],
    refusal: 'stt: APIStatusError 401, final',
  },
  {
    name: 'STT by requests, chat LLM, TTS',
    mode: 'pipeline',
    script: httpScript,
    models: (place) => ({
      // Its own VAD would take real time to think.
      stt: new STT({ ...place, model: 'gpt-4o-mini-transcribe', useRealtime: false, vad: new EnergyVad() }),
      llm: new LLM({ ...place, model: 'gpt-5-mini' }),
      tts: new TTS({ ...place, model: 'gpt-4o-mini-tts' }),
      vad: new EnergyVad(),
    }),
    cut: { 'Thank you and goodbye.': 'You are welcome.' },
    deaf: ['refuse:401,path=/audio/transcriptions'],
    refusal: 'stt: APIStatusError 401, final',
  },
  {
    name: 'RealtimeModel',
    mode: 'realtime',
    script: fireScripts.realtime,
    models: (place) => ({ llm: new realtime.RealtimeModel({ ...place, connOptions }), vad: null }),
    cut: { 'Is the harbour open on Sunday?': 'You said: Is the harbour open on' },
    deaf: ['end-at:input_audio_buffer.append,path=/realtime,times=1', 'refuse:401,path=/realtime'],
    refusal: 'realtime: APIStatusError 401, final',
  },
  {
    name: 'GPTLiveModel',
    mode: 'realtime',
    script: liveScript,
    models: (place) => ({
      llm: new realtime.GPTLiveModel({ ...place, connOptions, responsesOptions: { model: 'gpt-5-mini' } }),
      vad: null,
    }),
    cut: { 'Is the harbour open on Sunday?': 'You said: Is' },
    deaf: ['end-at:session.input_audio.append,path=/live,times=1', 'refuse:401,path=/live'],
    refusal: 'realtime: APIStatusError 401, final',
  },
];
