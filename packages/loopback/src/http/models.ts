import type { HttpHandler } from '../handlers.ts';
import { invalidRequest } from './errors.ts';
import { replyJson } from './reply.ts';

/** What the list names. Any other name works too: replies do not depend on it. */
const MODELS = [
  'gpt-realtime',
  'gpt-realtime-whisper',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
  'gpt-4o-transcribe-diarize',
  'gpt-transcribe',
  'whisper-1',
  'gpt-4o-mini-tts',
  'tts-1',
  'gpt-5',
  'gpt-5-mini',
  'gpt-4.1',
  'gpt-4o-mini',
] as const;

/** `GET /v1/models` and `GET /v1/models/{model}`. https://developers.openai.com/api/reference/resources/models */
export const serveModels: HttpHandler = async (request, response, url, cloud) => {
  const match = /^\/v1\/models(?:\/([^/]+))?$/.exec(url.pathname);
  if (!match || request.method !== 'GET') return false;
  const name = match[1] && decodeURIComponent(match[1]);
  if (!name) {
    replyJson(response, cloud, { object: 'list', data: MODELS.map(describe) });
  } else if ((MODELS as readonly string[]).includes(name)) {
    replyJson(response, cloud, describe(name));
  } else {
    throw invalidRequest(`The model '${name}' does not exist`, {
      status: 404,
      code: 'model_not_found',
      param: 'model',
    });
  }
  return true;
};

function describe(id: string): Record<string, unknown> {
  return { id, object: 'model', created: 1_735_689_600, owned_by: 'loopback' };
}
