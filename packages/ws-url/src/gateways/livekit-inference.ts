import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

const ownProtocol =
  "LiveKit Inference speaks its own protocol here: use `inference.STT` or `inference.TTS` of '@livekit/agents'.";

const ownModels =
  "LiveKit Inference offers its speech-to-speech models to its own classes only: use `inference.RealtimeModel`, or `inference.DuplexModel` for GPT-Live, of an '@livekit/agents' that has them (after 1.9.0).";

/** LiveKit Inference, as @livekit/agents 1.9.0 dials it. */
export const livekitInference: GatewayRow = {
  name: 'livekit-inference',
  title: 'LiveKit Inference',
  example: 'gateways.livekitInference({ apiKey: () => token() })',
  base: 'https://agent-gateway.livekit.cloud/v1',
  root: '/v1',
  hosts: ['agent-gateway.livekit.cloud'],
  routes: httpRoutes('@livekit/agents 1.9.0, inference/llm.ts', ['chat']),
  missing: {
    conversation: ownModels,
    transcription: ownProtocol,
    translation: 'LiveKit Inference has no realtime translation.',
    live: ownModels,
    responses: 'LiveKit Inference serves chat completions only.',
    'responses-http': 'LiveKit Inference serves chat completions only.',
    speech: ownProtocol,
    transcriptions: ownProtocol,
    models: 'LiveKit Inference lists no models.',
  },
  notes: ['`apiKey` is a function that signs a LiveKit token with the inference grant; it lives ten minutes.'],
};
