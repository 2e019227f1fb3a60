import { randomUUID } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import type { Provider, SocketHandler } from '../handlers.ts';
import { DeepgramError, invalidCredentials, refusalOf, replyError } from './errors.ts';
import { openFlux } from './flux/index.ts';
import { deepgramAnswers } from './http/index.ts';
import { deepgramKeyOf } from './keys.ts';
import { openNova } from './nova/index.ts';
import { Query } from './query.ts';
import { openFluxSpeak, openSpeak } from './speak/index.ts';

type Open = typeof openNova;

const SOCKETS: Readonly<Record<string, Open>> = {
  '/v1/listen': openNova,
  '/v1/speak': openSpeak,
  '/v2/listen': openFlux,
  '/v2/speak': openFluxSpeak,
};

/** Deepgram: what `api.deepgram.com` serves, at its own paths. https://developers.deepgram.com/reference/deepgram-api-overview */
export function deepgram(cloud: Cloud): Provider {
  const { deepgram: account = {} } = cloud.options;
  let streams = 0;

  const open = (url: URL, requestId: string, known: boolean): SocketHandler => {
    if (!known) throw invalidCredentials();
    const serve = SOCKETS[url.pathname]!(new Query(url.searchParams), requestId, cloud, account);
    checkCredits();
    if (streams >= (account.concurrency ?? Infinity)) {
      throw new DeepgramError(429, 'TOO_MANY_REQUESTS', 'Too many requests. Please try again later');
    }
    return (socket, ...rest) => {
      streams += 1;
      socket.on('close', () => (streams -= 1));
      serve(socket, ...rest);
    };
  };

  const checkCredits = (): void => {
    if (account.credits !== false) return;
    const message = 'Project does not have enough credits for an ASR request and does not have an overage agreement.';
    throw new DeepgramError(402, 'ASR_PAYMENT_REQUIRED', message);
  };

  return {
    serves: (path) => path in SOCKETS,
    keyOf: deepgramKeyOf,
    accept(_request, url, known) {
      const requestId = randomUUID();
      try {
        return { serve: open(url, requestId, known), headers: { 'dg-request-id': requestId } };
      } catch (error) {
        return refusalOf(error, requestId);
      }
    },
    async answer(request, response, url, known) {
      const requestId = randomUUID();
      try {
        if (!known) throw invalidCredentials();
        const answer = request.method === 'POST' ? deepgramAnswers[url.pathname] : undefined;
        // A GET belongs to a socket; how it is refused without an upgrade is a guess.
        if (!answer) throw new DeepgramError(405, 'METHOD_NOT_ALLOWED', `${request.method} is not allowed here.`);
        checkCredits();
        await answer(request, response, new Query(url.searchParams), { cloud, account, requestId });
      } catch (error) {
        request.resume();
        if (response.headersSent) response.destroy();
        else replyError(response, error, requestId);
      }
    },
  };
}
