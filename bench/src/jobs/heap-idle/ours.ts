import '../../quiet.ts';
import * as deepgram from '@patchbay/deepgram';
import * as openai from '@patchbay/openai';
import * as soniox from '@patchbay/soniox';
import { apiKey, type Makers, type Open } from './sessions.ts';

const streamsOf =
  (model: { stream(): unknown }): Open =>
  () =>
    model.stream();

/** A model with a socket that is there before it is needed. */
function prewarmed<Model extends { prewarm(): void }>(model: Model): Model {
  model.prewarm();
  return model;
}

export const makers: Makers = {
  'speech to text, openai': (baseURL) =>
    streamsOf(new openai.STT({ apiKey, baseURL, model: 'gpt-4o-mini-transcribe' })),
  'speech to text, deepgram': (baseURL) => streamsOf(new deepgram.STT({ apiKey, baseURL })),
  'speech to text, soniox': (baseURL) => streamsOf(new soniox.STT({ apiKey, baseURL })),
  'realtime, openai': (baseURL) => {
    const model = new openai.realtime.RealtimeModel({ apiKey, baseURL });
    return () => model.session();
  },
  'responses, openai': (baseURL) => () =>
    prewarmed(new openai.responses.LLM({ apiKey, baseURL, model: 'gpt-5', useWebSocket: true })),
  'text to speech, deepgram': (baseURL) => () => prewarmed(new deepgram.TTS({ apiKey, baseURL })),
  'text to speech, soniox': (baseURL) => () => prewarmed(new soniox.TTS({ apiKey, baseURL })),
};
