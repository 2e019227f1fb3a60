import type { Answer } from './index.ts';
import { hasKey, reply } from './reply.ts';

/** `GET /v1/concurrency-limits`. An organization of one project. https://soniox.com/docs/guides/concurrency-limits */
export const concurrencyLimits: Answer = async (request, response, context) => {
  if (!hasKey(request, response, context)) return;
  const { transcribe, tts } = context.account.streams;
  const current = { transcribe_concurrent: transcribe.current, tts_concurrent: tts.current };
  const limits = { transcribe_concurrent: transcribe.limit, tts_concurrent: tts.limit };
  reply(response, 200, { project: { current, limits }, organization: { current, limits } });
};
