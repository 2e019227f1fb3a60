import type { HttpHandler } from '../handlers.ts';
import { serveChatCompletions } from './chat.ts';
import { replyError } from './reply.ts';
import { serviceErrorOf } from './errors.ts';
import { serveModels } from './models.ts';
import { serveResponsesOverHttp } from './responses.ts';
import { serveSpeech } from './speech.ts';
import { serveTranscriptions } from './transcriptions.ts';

export { readBody } from './body.ts';

/** The HTTP side of the OpenAI dialect. Each handler answers the paths it knows, errors included. */
export const httpHandlers: readonly HttpHandler[] = [
  serveModels,
  serveChatCompletions,
  serveResponsesOverHttp,
  serveSpeech,
  serveTranscriptions,
].map(answerErrors);

/** What a handler throws becomes the service's error body; once an answer has begun, only the connection is left to end. */
function answerErrors(handler: HttpHandler): HttpHandler {
  return async (request, response, url, cloud) => {
    try {
      return await handler(request, response, url, cloud);
    } catch (error) {
      const failure = serviceErrorOf(error);
      if (failure.status >= 500 && !response.destroyed)
        cloud.tell('error', 'request-failed', { message: failure.message });
      if (response.headersSent) response.destroy();
      else replyError(response, cloud, failure);
      return true;
    }
  };
}
