import { endpoint } from '../endpoint.ts';
import type { Capability, EndpointDescription, GatewayTraits, Hint, VerdictTable } from '../types.ts';

/**
 * What is wrong is told by a message, and the close behind it is nearly always 1000; an idle socket for speech is closed
 * with 1001 (pipecat-ai/pipecat#4914).
 */
const closes: VerdictTable = {
  1000: 'retry',
  1001: 'retry',
  1002: 'fatal',
  1003: 'fatal',
  1005: 'retry',
  1006: 'retry',
  1007: 'fatal',
  1008: 'fatal',
  1009: 'fatal',
  1010: 'fatal',
  1011: 'retry',
  1012: 'retry',
  1013: 'retry',
  1014: 'retry',
  1015: 'fatal',
};

/** "The same on every surface": https://soniox.com/docs/api-reference/errors */
const statuses: VerdictTable = {
  400: 'fatal',
  401: 'fatal',
  402: 'fatal', // organization_balance_exhausted
  403: 'fatal',
  404: 'fatal',
  408: 'retry',
  413: 'retry', // max_duration_reached: of one stream
  429: 'retry', // limit_exceeded: more at once, or in a minute, than the project has
  500: 'retry',
  502: 'retry',
  503: 'retry', // "Please restart the request"
  504: 'retry',
};

const hints: readonly Hint[] = [
  { status: 401, say: 'Soniox does not know this key: check `apiKey`, or `SONIOX_API_KEY` in the environment.' },
  {
    status: 400,
    text: /model/i,
    capabilities: ['transcription'],
    say: 'Soniox has no such `model`: https://soniox.com/docs/stt/models',
  },
  {
    status: 400,
    text: /model/i,
    capabilities: ['voice'],
    say: 'Soniox has no such `model`: https://soniox.com/docs/tts/models',
  },
  { status: 402, say: 'The Soniox organization has no balance left: add funds, or enable autopay.' },
  {
    status: 403,
    text: /temporary/i,
    say: 'The temporary key has had its time: give `apiKey` a function that makes one.',
  },
];

/** Paths of all endpoints: a base that ends in one of them, as LiveKit's plugin has it, is taken without it. */
const siblings: readonly string[] = ['/transcribe-websocket', '/tts-websocket'];

function describe(capability: Capability, base: string, path: string, traits: GatewayTraits = {}): EndpointDescription {
  return endpoint({
    provider: 'soniox',
    title: 'Soniox',
    capability,
    base,
    path,
    siblings,
    // Regions: https://soniox.com/docs/guides/regional-endpoints
    nativeHosts: ['*.soniox.com'],
    // Keys in messages are refused from 15 January 2027 on: https://soniox.com/docs/guides/migrate-websocket-authentication
    auth: { header: 'Authorization', scheme: 'Bearer' },
    model: { in: 'body', only: true },
    // https://soniox.com/docs/api-reference/errors
    refusal: { requestId: 'request_id', message: 'error_message', code: 'error_type' },
    closes,
    statuses,
    hints,
    traits,
  });
}

/** Soniox's API, each endpoint of which is told in messages what is wanted. */
export const sonioxEndpoints: Readonly<Record<'transcription' | 'voice', EndpointDescription>> = Object.freeze({
  /** https://soniox.com/docs/stt/api-reference/websocket-api; 300 minutes: https://soniox.com/docs/stt/rt/limits-and-quotas */
  transcription: describe('transcription', 'https://stt-rt.soniox.com', '/transcribe-websocket', {
    sessionMs: 300 * 60_000,
  }),
  /** https://soniox.com/docs/tts/api-reference/websocket-api */
  voice: describe('voice', 'https://tts-rt.soniox.com', '/tts-websocket'),
});
