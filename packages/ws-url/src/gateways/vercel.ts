import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

const ownProtocol = "Vercel's realtime sockets speak the AI SDK's own protocol, not OpenAI's.";

/** https://vercel.com/docs/ai-gateway */
export const vercel: GatewayRow = {
  name: 'vercel',
  title: 'Vercel AI Gateway',
  example: 'gateways.vercel({ apiKey })',
  base: 'https://ai-gateway.vercel.sh/v1',
  root: '/v1',
  hosts: ['ai-gateway.vercel.sh'],
  routes: {
    live: {
      model: 'body',
      traits: { clientDelegationOnly: true },
      source: 'https://vercel.com/docs/ai-gateway/modalities/realtime/gpt-live',
    },
    responses: { model: 'body', source: 'https://vercel.com/docs/ai-gateway/sdks-and-apis/responses/websockets' },
    ...httpRoutes('https://vercel.com/docs/ai-gateway/sdks-and-apis', ['chat', 'responses-http', 'models']),
  },
  missing: {
    conversation: ownProtocol,
    transcription: ownProtocol,
    translation: ownProtocol,
    speech: "Vercel offers speech through the AI SDK's own protocol only.",
    transcriptions: "Vercel offers transcription through the AI SDK's own protocol only.",
  },
  traits: { pongProvesOnlyGateway: true },
  notes: [
    '`model` carries the provider: `openai/gpt-5-mini`.',
    'GPT-Live is relayed with client delegation only, and nothing of it is stored.',
  ],
};
