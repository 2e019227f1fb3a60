import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud, DeepgramAccount } from '../../cloud.ts';
import type { Query } from '../query.ts';
import { transcribe } from './prerecorded.ts';
import { synthesize, synthesizeFlux } from './synthesis.ts';

/** Answers a request. What it throws is told to the client. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  query: Query,
  context: { cloud: Cloud; account: DeepgramAccount; requestId: string },
) => Promise<void>;

/** What is answered to a `POST`. */
export const deepgramAnswers: Readonly<Record<string, Answer>> = {
  '/v1/listen': transcribe,
  '/v1/speak': synthesize,
  '/v2/speak': synthesizeFlux,
};
