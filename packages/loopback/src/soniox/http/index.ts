import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SonioxContext } from '../context.ts';
import { concurrencyLimits } from './limits.ts';
import { speechModels } from './models.ts';
import { reply } from './reply.ts';
import { synthesize } from './synthesis.ts';
import { lendKey } from './temporary-key.ts';

/** Answers a request, its own errors too. */
export type Answer = (request: IncomingMessage, response: ServerResponse, context: SonioxContext) => Promise<void>;

const ANSWERS: Readonly<Record<string, readonly [method: string, answer: Answer]>> = {
  '/tts': ['POST', synthesize],
  '/v1/auth/temporary-api-key': ['POST', lendKey],
  '/v1/concurrency-limits': ['GET', concurrencyLimits],
  '/v1/tts-models': ['GET', speechModels],
};

export function servesSoniox(path: string): boolean {
  return Object.hasOwn(ANSWERS, path);
}

export async function answerSoniox(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
  context: SonioxContext,
): Promise<void> {
  const [method, answer] = servesSoniox(pathname) ? ANSWERS[pathname]! : [];
  if (answer && request.method === method) return answer(request, response, context);
  request.resume();
  // How a wrong method, or a socket's path without an upgrade, is refused is a guess.
  reply(response, 405, { status_code: 405, message: `${request.method} is not allowed here.` });
}
