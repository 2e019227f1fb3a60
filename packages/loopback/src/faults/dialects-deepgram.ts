import type { Dialect } from './dialects.ts';

/** How the two versions name what went wrong. https://developers.deepgram.com/docs/errors */
const codes = { 'rate-limit': 'TOO_MANY_REQUESTS', server: 'INTERNAL_SERVER_ERROR', fatal: 'BAD_REQUEST' } as const;

/** https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors, and the same page for TTS */
const listenOver = { code: 1011, reason: 'NET-0000: the service could not go on. See https://dpgr.am/net0000' };
const speakOver = { code: 1011, reason: 'NET-0003: the time limit is exceeded' };

/** https://developers.deepgram.com/docs/errors */
const refusal: Dialect['refusal'] = (status) => {
  const [err_code, err_msg] = refusals[status] ?? refusals[500]!;
  return JSON.stringify({ err_code, err_msg, request_id: 'req_of_a_fault' });
};

const refusals: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['Bad Request', 'Bad Request: No such model/language/tier combination found.'],
  401: ['INVALID_AUTH', 'Invalid credentials.'],
  402: ['ASR_PAYMENT_REQUIRED', 'Project does not have enough credits for an ASR request.'],
  403: ['INSUFFICIENT_PERMISSIONS', 'Project does not have access to the requested model.'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Please try again later'],
  500: ['INTERNAL_SERVER_ERROR', 'Internal server error.'],
};

/** Deepgram's four sockets, and its requests, which have the paths of the first version. */
export const deepgramDialects: readonly Dialect[] = [
  {
    // An error event is about a message of the client's: the stream goes on.
    path: /\/v1\/listen$/,
    error: ({ message }) => ({ type: 'Error', variant: 'SchemaError', description: message, message: '' }),
    expiry: {
      event: {
        type: 'Metadata',
        transaction_key: 'deprecated',
        request_id: 'req_of_a_fault',
        duration: 0,
        channels: 1,
      },
      ...listenOver,
    },
    orphan: { type: 'UtteranceEnd', channel: [7, 8], last_word_end: -1 },
    refusal,
  },
  {
    path: /\/v2\/listen$/,
    error: ({ message }, _status, _transport, kind) => ({ type: 'Error', code: codes[kind], description: message }),
    expiry: {
      event: { type: 'Error', code: codes.server, description: 'The session is over.' },
      ...listenOver,
    },
    orphan: {
      type: 'TurnInfo',
      request_id: 'req_of_a_fault',
      event: 'TurnResumed',
      turn_index: 7_000,
      audio_window_start: 0,
      audio_window_end: 0,
      transcript: '',
      words: [],
      end_of_turn_confidence: 0,
    },
    refusal,
  },
  {
    path: /\/v1\/speak$/,
    error: ({ message }, _status, _transport, kind) => ({ type: 'Warning', code: codes[kind], description: message }),
    expiry: { event: { type: 'Warning', code: 'NET-0003', description: 'Time limit exceeded.' }, ...speakOver },
    orphan: { type: 'Flushed', sequence_id: 7_000 },
    refusal,
  },
  {
    path: /\/v2\/speak$/,
    error: ({ message }, _status, _transport, kind) => ({ type: 'Error', code: codes[kind], description: message }),
    expiry: { event: { type: 'Error', code: 'NET-0003', description: 'Time limit exceeded.' }, ...speakOver },
    orphan: { type: 'SpeechInterrupted', audio_played_ms: 0, metadata: { speech_id: 'speech_nobody_knows' } },
    refusal,
  },
];
