import '../../quiet.ts';
import { realtime, responses, STT } from '@livekit/agents-plugin-openai';
import { apiKey, type Makers } from './sessions.ts';

export const makers: Makers = {
  'speech to text, openai': (baseURL) => {
    const model = new STT({ apiKey, baseURL, model: 'gpt-4o-mini-transcribe' });
    return () => model.stream();
  },
  'realtime, openai': (baseURL) => {
    const model = new realtime.RealtimeModel({ apiKey, baseURL });
    return () => model.session();
  },
  'responses, openai': (baseURL) => () => {
    const model = new responses.LLM({ apiKey, baseURL, model: 'gpt-5', useWebSocket: true });
    model.prewarm();
    return model;
  },
};
