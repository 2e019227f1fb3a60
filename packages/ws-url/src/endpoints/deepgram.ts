import { endpoint } from '../endpoint.ts';
import type { Capability, EndpointDescription, GatewayTraits, Hint, VerdictTable } from '../types.ts';

/**
 * Deepgram names its reasons in the text: `NET-…` is a stream that was not fed, `DATA-…` audio that it cannot read.
 * https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors
 */
const closes: VerdictTable = {
  1000: 'retry', // the service ended a session that we still wanted
  1001: 'retry',
  1002: 'fatal',
  1003: 'fatal',
  1005: 'retry',
  1006: 'retry',
  1007: 'fatal',
  1008: 'fatal', // DATA-0000: "The payload cannot be decoded as audio"
  1009: 'fatal',
  1010: 'fatal',
  1011: 'retry', // NET-0000, NET-0001, NET-0002
  1012: 'retry',
  1013: 'retry',
  1014: 'retry',
  1015: 'fatal',
};

/** https://developers.deepgram.com/docs/errors */
const statuses: VerdictTable = {
  400: 'fatal',
  401: 'fatal',
  402: 'fatal', // ASR_PAYMENT_REQUIRED: out of credits
  403: 'fatal',
  404: 'fatal',
  408: 'retry',
  413: 'fatal',
  422: 'fatal',
  429: 'retry', // TOO_MANY_REQUESTS: more sockets than the plan has
  500: 'retry',
  502: 'retry',
  503: 'retry',
  504: 'retry',
};

const hints: readonly Hint[] = [
  { status: 401, say: 'Deepgram does not know this key: check `apiKey`, or `DEEPGRAM_API_KEY` in the environment.' },
  {
    text: /No such model/i,
    say: 'Deepgram has no such `model` for this `language`: https://developers.deepgram.com/docs/models-languages-overview',
  },
  { status: 402, say: 'The Deepgram project is out of credits.' },
  { status: 403, say: 'This Deepgram key may not use this model: ask for it, or take another one.' },
  { text: /NET-0001|net0001/i, say: 'Deepgram had no audio and no KeepAlive for ten seconds.' },
  { text: /DATA-0000/, say: 'Deepgram cannot read the audio: its encoding and sample rate are not what the URL says.' },
];

/** Paths of all endpoints: a base that ends in one of them, as some users write it, is taken without it. */
const siblings: readonly string[] = ['/v1/listen', '/v2/listen', '/v1/speak', '/v2/speak', '/v1', '/v2'];

/** What the audio is like. https://developers.deepgram.com/docs/encoding */
const fixed: readonly string[] = ['encoding', 'sample_rate', 'channels'];

function describe(
  capability: Capability,
  path: string,
  transport: EndpointDescription['transport'] = 'socket',
  traits: GatewayTraits = {},
): EndpointDescription {
  return endpoint({
    provider: 'deepgram',
    title: 'Deepgram',
    capability,
    transport,
    base: 'https://api.deepgram.com',
    path,
    siblings,
    // https://developers.deepgram.com/reference/custom-endpoints
    nativeHosts: ['*.deepgram.com'],
    auth: { header: 'Authorization', scheme: 'Token' },
    model: { in: 'url', only: true },
    fixed,
    requestIdHeader: 'dg-request-id',
    refusal: { requestId: 'request_id', message: 'err_msg', code: 'err_code' },
    closes,
    statuses,
    hints,
    traits,
  });
}

/** "The session time limit was exceeded": one hour. https://developers.deepgram.com/docs/flux-tts/server-messages */
const spoken: GatewayTraits = { oneModelPerSocket: true, sessionMs: 3_600_000 };

/** Deepgram's API, each endpoint of which is configured by its query. */
export const deepgramEndpoints: Readonly<
  Record<'transcription' | 'turns' | 'voice' | 'turnVoice' | 'transcriptions' | 'speech', EndpointDescription>
> = Object.freeze({
  /** Nova. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
  transcription: describe('transcription', '/v1/listen'),
  /** Flux. https://developers.deepgram.com/reference/speech-to-text/listen-flux */
  turns: describe('turns', '/v2/listen'),
  /** Aura. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
  voice: describe('voice', '/v1/speak', 'socket', spoken),
  /** Flux. https://developers.deepgram.com/reference/text-to-speech/speak-flux */
  turnVoice: describe('turn-voice', '/v2/speak', 'socket', spoken),
  /** https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded */
  transcriptions: endpoint({
    ...describe('transcriptions', '/v1/listen', 'http'),
    // For raw audio only: a file says them itself. https://developers.deepgram.com/docs/encoding
    unsaid: fixed,
  }),
  /** https://developers.deepgram.com/reference/text-to-speech/speak-request */
  speech: describe('speech', '/v1/speak', 'http'),
});
