import type { GatewayRoute, GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

const websockets = 'https://developers.cloudflare.com/ai-gateway/usage/websockets-api/realtime-api/';

/** "Replace `https://api.deepgram.com/` …" by this; only `/v1/listen` is in the page's example. */
const deepgram = (path: string): GatewayRoute => ({
  root: '/deepgram',
  path,
  model: 'url',
  source: 'https://developers.cloudflare.com/ai-gateway/usage/providers/deepgram/',
  ...(path === '/v1/listen' ? {} : { unconfirmed: true }),
});

/** Cloudflare AI Gateway: `https://gateway.ai.cloudflare.com/v1/{account}/{gateway}`. */
export const cloudflare: GatewayRow = {
  name: 'cloudflare',
  title: 'Cloudflare AI Gateway',
  example: "gateways.cloudflare({ account: 'ACCOUNT', gateway: 'voice', apiKey, providerKey })",
  root: '/openai',
  hosts: ['gateway.ai.cloudflare.com'],
  auth: { header: 'cf-aig-authorization', scheme: 'Bearer' },
  key: 'optional',
  providerKey: 'optional',
  routes: {
    // The page's address ends in /openai: there is no /realtime in it.
    conversation: { path: '', model: 'url', source: websockets },
    transcription: {
      path: '',
      model: 'body',
      source: 'Cloudflare documents no `intent`; OpenAI needs it',
      unconfirmed: true,
    },
    ...httpRoutes('https://developers.cloudflare.com/ai-gateway/usage/providers/openai/'),
  },
  providers: {
    deepgram: {
      transcription: deepgram('/v1/listen'),
      turns: deepgram('/v2/listen'),
      voice: deepgram('/v1/speak'),
      'turn-voice': deepgram('/v2/speak'),
      transcriptions: deepgram('/v1/listen'),
      speech: deepgram('/v1/speak'),
    },
  },
  missing: {
    translation: 'Cloudflare documents one realtime address, without sub-paths.',
    live: 'Cloudflare documents one realtime address, without sub-paths.',
    responses: 'Cloudflare documents no Responses socket.',
  },
  traits: { pongProvesOnlyGateway: true },
  hints: [
    {
      status: 401,
      say: 'Cloudflare wants the token of an authenticated gateway as `apiKey` of `gateways.cloudflare(…)`, and the provider key as `providerKey` unless it is stored there.',
    },
  ],
  notes: ['The provider key may be stored at Cloudflare; leave `providerKey` out then.'],
};

/** More models come without notice, so the form of their names alone is certain. */
const workersAIRoute = (...such: string[]): GatewayRoute => ({
  path: '',
  model: 'url',
  models: { form: /^@[\w.-]+\/[\w.-]+\/[\w.-]+$/, such },
  source: websockets,
});
const socketsOnly = 'Workers AI is reached by sockets here, not by single requests: use `stream()`.';

/** Deepgram's models as Cloudflare runs them: `@cf/deepgram/nova-3`, `@cf/deepgram/flux`, `@cf/deepgram/aura-1`. */
export const cloudflareWorkersAI: GatewayRow = {
  name: 'cloudflare-workers-ai',
  title: 'Cloudflare Workers AI',
  example: "gateways.cloudflare({ account: 'ACCOUNT', gateway: 'voice', apiKey, workersAI: true })",
  root: '/workers-ai',
  hosts: ['gateway.ai.cloudflare.com'],
  pattern: /\/workers-ai(?:[/?]|$)/,
  auth: { header: 'cf-aig-authorization', scheme: 'Bearer' },
  routes: {},
  providers: {
    deepgram: {
      transcription: workersAIRoute('@cf/deepgram/nova-3'),
      turns: workersAIRoute('@cf/deepgram/flux'),
      voice: workersAIRoute('@cf/deepgram/aura-1'),
      'turn-voice': 'Workers AI has no Flux that speaks: use `TTS` here.',
      transcriptions: socketsOnly,
      speech: socketsOnly,
    },
  },
  traits: { pongProvesOnlyGateway: true },
  notes: [
    'A plain `baseURL` picks this row if it ends in `/workers-ai`.',
    "`model` is Cloudflare's name for it, e.g. `@cf/deepgram/nova-3`; Deepgram's own, such as a class has by default, is refused at construction. Cloudflare's token is the only key.",
  ],
};
