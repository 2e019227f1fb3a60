/** A file below the repository’s root, and a title in it. */
export type Proof = readonly [file: string, title: string];

/** One thing that people who run voice agents in production have met. */
export interface Pain {
  /** Its rank: how badly a caller hears it, times how likely it is. */
  number: number;
  title: string;
  /** Where people tell of it: `js#` livekit/agents-js, `py#` livekit/agents, `pc#` pipecat-ai/pipecat, `on#` openai/openai-node, or in full. */
  reports: readonly string[];
  /** What `@livekit/agents-plugin-openai` 1.9.0 does. */
  upstream: string;
  /** What happens here. */
  here: string;
  /** Tests that show it. */
  tests: readonly Proof[];
}

const stt = 'plugins/openai/src/stt/stt.test.ts';
const tts = 'plugins/openai/src/tts/tts.test.ts';

export const pains: readonly Pain[] = [
  {
    number: 1,
    title: 'A refused realtime connection ends the worker, with every session on it',
    reports: ['js#2539', 'js#934'],
    upstream: 'No listener for the socket’s error until it is open: the process ends.',
    here: 'An `error` event, after redialling on a budget.',
    tests: [['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 1: a connect failure']],
  },
  {
    number: 2,
    title: '`close()` leaves the socket open, or takes 20 s',
    reports: ['py#6334'],
    upstream: 'The service never sees the end; the socket lives until its own limit.',
    here: 'A close frame, at most 2 s for the answer, and the socket is gone.',
    tests: [['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 2: close() closes the socket']],
  },
  {
    number: 3,
    title: 'Realtime speech to text ends silently when the service closes, and the agent is deaf',
    reports: ['py#2774', 'py#1763'],
    upstream: 'The stream ends without an error.',
    here: 'Reconnects within the stream; what was not yet answered is said again.',
    tests: [[stt, 'pain 3: never deaf']],
  },
  {
    number: 4,
    title: 'One `null` where a string was expected, and the turn hangs for ever',
    reports: ['js#1935'],
    upstream: 'The frame is dropped by its schema, and nobody counts the time.',
    here: 'Odd frames never hide a terminal one, and every wait has a deadline.',
    tests: [
      ['plugins/openai/src/responses/llm.test.ts', 'pain 4: frames that must not leave a turn hanging'],
      ['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 4: odd frames'],
    ],
  },
  {
    number: 5,
    title: 'Hundreds of reconnects a second',
    reports: ['js#934', 'py#6352'],
    upstream: 'A clean close is redialled at once, uncounted, and never told.',
    here: 'Back-off with jitter that a socket which dies at once does not reset, and a budget that only healthy time refunds.',
    tests: [['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 5: sockets that die at once']],
  },
  {
    number: 6,
    title: 'Sessions end after 15, 30 or 60 minutes',
    reports: ['py#1073', 'py#2341', 'pc#3170'],
    upstream: 'Speech to text is not replaced at all; a Responses socket exactly when the service ends it.',
    here: 'Replaced before that, in a quiet moment, with the context told again.',
    tests: [
      ['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 6: time limits'],
      ['plugins/openai/src/responses/continuation.test.ts', 'pain 6: a socket at the end of its hour'],
    ],
  },
  {
    number: 7,
    title: 'The first event after a reconnect is lost',
    reports: ['py#7092'],
    upstream: 'The old send loop takes it from the queue and drops it.',
    here: 'One outbox, tagged by connection.',
    tests: [['plugins/openai/src/realtime/realtime-recovery.test.ts', 'pain 7: a lost socket']],
  },
  {
    number: 8,
    title: 'The model’s own answer is sent to it again',
    reports: ['vercel/ai#16356'],
    upstream: 'Repeats the assistant’s message beside `previous_response_id`.',
    here: 'A turn that continues a response sends what is new; a reply that was cut short breaks the chain.',
    tests: [
      ['plugins/openai/src/responses/continuation.test.ts', 'pain 8: a turn that continues the response before it'],
    ],
  },
  {
    number: 9,
    title: 'An interrupted answer goes on being generated and billed',
    reports: [],
    upstream: 'The request is not aborted, over HTTP or WebSocket.',
    here: 'The request ends; on a WebSocket the socket is dropped, and the next one is open already.',
    tests: [
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 9: an interruption'],
      ['plugins/openai/src/responses/http.test.ts', 'pain 9: an interruption ends the request'],
    ],
  },
  {
    number: 10,
    title: 'Speech is not heard before the last byte, and a failed request is not retried',
    reports: ['js#1095', 'py#1238'],
    upstream: 'Reads the whole body first; a retry waits for the same rejected promise.',
    here: 'Heard while it arrives, and retried until the first sound.',
    tests: [[tts, 'pain 10: heard while it is made, and retried like everything else']],
  },
  {
    number: 11,
    title: 'Answers asked for while another is active, and cancels that come too late',
    reports: ['py#2064', 'pc#3755'],
    upstream: 'Sends both as they come; the service refuses one.',
    here: 'One sequencer for create and cancel.',
    tests: [['plugins/openai/src/realtime/realtime-replies.test.ts', 'pain 11: create and cancel']],
  },
  {
    number: 12,
    title: 'A reply that never comes',
    reports: ['py#2552', 'py#6224'],
    upstream: 'Ten seconds of silence, then an error that nobody retries.',
    here: 'Asked for once more if nothing was said, then a typed error.',
    tests: [['plugins/openai/src/realtime/realtime-replies.test.ts', 'pain 12: a reply that does not come']],
  },
  {
    number: 13,
    title: 'Paths glued into queries, doubled slashes, doubled `/v1`',
    reports: ['on#2567'],
    upstream: 'Concatenates strings: `?tenant=7` becomes `?tenant=7/responses`.',
    here: 'URLs are joined once, in one place.',
    tests: [
      ['plugins/openai/src/responses/connection.test.ts', 'pain 13: base URLs'],
      [stt, 'pain 13: keeps the query of a base URL, and appends the path once'],
    ],
  },
  {
    number: 14,
    title: '`?model=` by host name',
    reports: ['js#1467', 'js#1756'],
    upstream:
      'On the URL for every host but `api.openai.com`, which breaks transcription behind most gateways and regional hosts.',
    here: 'A table by gateway and capability ([gateways.md](gateways.md)).',
    tests: [
      [stt, 'pain 14: where the model is named'],
      ['plugins/openai/src/responses/connection.test.ts', 'pain 14: the place of the model'],
    ],
  },
  {
    number: 15,
    title: '`OPENAI_BASE_URL` and `OPENAI_API_KEY` honoured here and not there',
    reports: [],
    upstream: 'Read when the module is imported, or not at all, depending on the class.',
    here: 'One rule for every class, read at construction.',
    tests: [['plugins/openai/src/options.test.ts', 'pain 15: one rule for options, client and environment']],
  },
  {
    number: 16,
    title: 'No proxy, no headers on sockets',
    reports: ['deepgram/deepgram-js-sdk#504'],
    upstream: 'Neither option exists.',
    here: '`proxy`, `agent`, `headers` and `query` on every class, for sockets and requests alike.',
    tests: [
      ['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 16: headers'],
      ['plugins/openai/src/responses/connection.test.ts', 'pain 16: agents'],
    ],
  },
  {
    number: 17,
    title: 'Azure: deployments, tokens and two APIs',
    reports: ['js#714', 'py#5017'],
    upstream: 'The model is dropped, a key is demanded beside a token, and a token is never renewed.',
    here: '`withAzure` on every class, `gateways.azure` and `azureLegacy`, tokens asked for on every dial.',
    tests: [
      ['plugins/openai/src/azure.test.ts', 'pain 17: an AzureOpenAI client of openai'],
      [
        'plugins/openai/src/azure-cloud.test.ts',
        'works on after its token has expired, with the next one of its provider',
      ],
    ],
  },
  {
    number: 18,
    title: 'Half-open sockets are found only when speaking',
    reports: ['py#6513'],
    upstream: 'No ping, ever.',
    here: 'Pings, pongs with a deadline, and a probe before an idle socket is used.',
    tests: [
      ['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 18: a half-open socket'],
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 18: sockets that died unseen'],
    ],
  },
  {
    number: 19,
    title: 'With no `error` listener a retry is lost, or a process',
    reports: [],
    upstream: 'Emits without looking whether anybody listens.',
    here: 'Our own events are guarded. LiveKit’s own retries of an LLM still want a listener for `error`.',
    tests: [
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 19: nobody listens for errors'],
      [
        'plugins/openai/src/realtime/realtime-connection.test.ts',
        'pain 19: an error that nobody listens to throws nowhere',
      ],
    ],
  },
  {
    number: 20,
    title: 'The reason of a refused upgrade is thrown away',
    reports: ['BerriAI/litellm#15959'],
    upstream: '“Unexpected server response: 401”, four times.',
    here: 'Status, request id and body are kept; what cannot succeed is not tried again.',
    tests: [
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 20: a refused upgrade'],
      [stt, 'pain 20: a refused key is one typed error, at once'],
    ],
  },
  {
    number: 21,
    title: 'Rate limits are invisible',
    reports: ['py#2967', 'py#3626'],
    upstream: 'A response that failed for the moment is an error for good.',
    here: 'Codes surface, `Retry-After` is waited out, `rate_limits_updated` is an event.',
    tests: [
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 21: limits'],
      ['plugins/openai/src/realtime/realtime-replies.test.ts', 'pain 21: rate limits are surfaced'],
    ],
  },
  {
    number: 22,
    title: 'The context is out of step with the service',
    reports: ['js#1855', 'py#7073', 'py#3089'],
    upstream: 'A refused item leaves `updateChatCtx` waiting; one failure locks every later change of the tools.',
    here: 'Settled by event id, replayed after a reconnect.',
    tests: [['plugins/openai/src/realtime/realtime-context.test.ts', 'pain 22: the context']],
  },
  {
    number: 23,
    title: 'Tool calls without arguments are thrown away',
    reports: ['js#1843'],
    upstream: 'The call never reaches the agent.',
    here: '`""` is `{}`, ids are kept, outputs without their call are left out.',
    tests: [
      ['plugins/openai/src/realtime/realtime-replies.test.ts', 'pain 23: tool calls'],
      ['plugins/openai/src/responses/input.test.ts', 'pain 23: a chosen function'],
    ],
  },
  {
    number: 24,
    title: 'Truncating beyond what was received',
    reports: ['pc#3677', 'py#6157'],
    upstream: 'Sends the player’s position as it is; the service refuses it and the model remembers too much.',
    here: 'Clamped to the sound that arrived; nothing heard is nothing said.',
    tests: [['plugins/openai/src/realtime/realtime-audio.test.ts', 'pain 24: truncation']],
  },
  {
    number: 25,
    title: 'Frames that are views send their neighbours’ memory, and 48 kHz goes out as 24',
    reports: ['js#621', 'js#2068'],
    upstream: 'Sends the buffer behind the frame, at whatever rate it has.',
    here: 'One chunker that resamples, mixes and honours views.',
    tests: [
      ['plugins/openai/src/realtime/realtime-audio.test.ts', 'pain 25: audio to the service'],
      [stt, 'pain 25: frames that are views of a larger buffer say no more and no less than themselves'],
    ],
  },
  {
    number: 26,
    title: 'Said twice, or half, after a retry',
    reports: ['py#1238', 'py#5768'],
    upstream: 'Of several messages in one response some are dropped.',
    here: 'Nothing is retried after it was heard, and every message of a response is.',
    tests: [
      [tts, 'pain 26: nothing is said twice once it began'],
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 26: nothing is said twice'],
      [
        'plugins/openai/src/realtime/realtime-replies.test.ts',
        'pain 26: several messages of one response are all heard',
      ],
    ],
  },
  {
    number: 27,
    title: 'Keys in logs',
    reports: ['on#2325'],
    upstream: '`console.log` of a RealtimeModel prints the key.',
    here: 'In no message, log, span or printed object ([SECURITY.md](../SECURITY.md)).',
    tests: [
      [
        'plugins/openai/src/secrets.test.ts',
        'pain 27: no key, header, query token or proxy password is in any picture of a model or its stream',
      ],
    ],
  },
  {
    number: 28,
    title: 'Memory that grows through a call',
    reports: ['js#955', 'js#1431'],
    upstream: 'Unbounded queues, and listeners that every reconnect adds to.',
    here: 'Bounded queues; nothing is raced against a promise that lives as long as the call.',
    tests: [
      ['plugins/openai/src/realtime/realtime-connection.test.ts', 'pain 28: a reconnect leaves no listeners behind'],
      ['plugins/openai/src/responses/trouble.test.ts', 'pain 28: a long call'],
    ],
  },
  {
    number: 29,
    title: 'No way to reconnect, and no way to know',
    reports: ['py#6040', 'on#2968'],
    upstream: 'Neither a method nor an event.',
    here: '`session.reconnect()`, and `connection` events on every class.',
    tests: [
      [
        'plugins/openai/src/realtime/realtime-connection.test.ts',
        'pain 29: reconnect() replaces the socket, and the connection tells of it',
      ],
    ],
  },
  {
    number: 30,
    title: 'Turn-taking options that are ignored',
    reports: ['py#6635', 'py#1873'],
    upstream: 'With `create_response: false` it still says that it takes turns, so nobody answers.',
    here: 'Capabilities follow the options, and every option can change in a call.',
    tests: [['plugins/openai/src/realtime/realtime-context.test.ts', 'pain 30: options']],
  },
  {
    number: 31,
    title: 'Explicit `null`s are refused by the API',
    reports: [],
    upstream: 'Sends what it was given.',
    here: 'Left out, unless `null` means “off”.',
    tests: [
      ['plugins/openai/src/responses/input.test.ts', 'pain 31: explicit nulls'],
      [
        'plugins/openai/src/realtime/realtime-context.test.ts',
        'null switches off what absence leaves to the service (pain 31)',
      ],
    ],
  },
  {
    number: 32,
    title: 'Lists of models that are out of date',
    reports: [],
    upstream: 'A model that is younger than the list does not reason.',
    here: 'Any name passes; rules go by family.',
    tests: [['plugins/openai/src/reasoning.test.ts', 'pain 32: models that came after a list was written']],
  },
];
