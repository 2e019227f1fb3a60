import { file, type Proof } from './proof.ts';

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

const audio = file('realtime/realtime-audio.test.ts');
const connection = file('realtime/realtime-connection.test.ts');
const continuation = file('responses/continuation.test.ts');
const everyClass = file('every-class.test.ts');
const faults = file('realtime/realtime-faults.test.ts');
const http = file('responses/http.test.ts');
const recovery = file('realtime/realtime-recovery.test.ts');
const replies = file('realtime/realtime-replies.test.ts');
const sockets = file('responses/connection.test.ts');
const stt = file('stt/stt.test.ts');
const trouble = file('responses/trouble.test.ts');
const tts = file('tts/tts.test.ts');
const reconnect = 'packages/ws-session/src/reconnect.test.ts';

export const pains: readonly Pain[] = [
  {
    number: 1,
    title: 'A refused realtime connection ends the worker, with every session on it',
    reports: ['js#2539', 'js#934'],
    upstream: 'No listener for the socket’s error until it is open: the process ends.',
    here: 'An `error` event, after redialling on a budget.',
    tests: [[connection, 'pain 1: a connect failure']],
  },
  {
    number: 2,
    title: '`close()` leaves the socket open, or takes 20 s',
    reports: ['py#6334'],
    upstream: 'The service never sees the end; the socket lives until its own limit.',
    here: 'A close frame, at most 2 s for the answer, and the socket is gone.',
    tests: [
      [connection, 'pain 2: close()'],
      [
        file('live/gpt-live-connection.test.ts'),
        'pain 2: takes two seconds at most when the service says nothing more',
      ],
    ],
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
      [file('responses/llm.test.ts'), 'pain 4: frames that must not leave a turn hanging'],
      [http, 'pain 4: events that are none are passed over'],
      [http, 'pain 4: an upstream that falls silent is a timeout'],
      [connection, 'pain 4: odd frames'],
    ],
  },
  {
    number: 5,
    title: 'Hundreds of reconnects a second',
    reports: ['js#934', 'py#6352'],
    upstream: 'A clean close is redialled at once, uncounted, and never told.',
    here: 'Back-off with jitter that a socket which dies at once does not reset, and a budget that only healthy time refunds.',
    tests: [
      [connection, 'pain 5: sockets that die at once'],
      [reconnect, 'waits longer each time, with jitter, and not beyond the cap'],
      [reconnect, 'is refunded by healthy uptime only'],
    ],
  },
  {
    number: 6,
    title: 'Sessions end after 15, 30 or 60 minutes',
    reports: ['py#1073', 'py#2341', 'pc#3170'],
    upstream: 'Speech to text is not replaced at all; a Responses socket exactly when the service ends it.',
    here: 'Replaced before that, in a quiet moment, with the context told again.',
    tests: [
      [connection, 'pain 6: time limits'],
      [continuation, 'pain 6: a socket at the end of its hour'],
      [stt, 'goes on before the session expires, in a quiet moment'],
    ],
  },
  {
    number: 7,
    title: 'The first event after a reconnect is lost',
    reports: ['py#7092'],
    upstream: 'The old send loop takes it from the queue and drops it.',
    here: 'One outbox, tagged by connection.',
    tests: [[recovery, 'pain 7: a lost socket']],
  },
  {
    number: 8,
    title: 'The model’s own answer is sent to it again',
    reports: ['vercel/ai#16356'],
    upstream: 'Repeats the assistant’s message beside `previous_response_id`.',
    here: 'A turn that continues a response sends what is new; a reply that was cut short breaks the chain.',
    tests: [[continuation, 'pain 8: a turn that continues the response before it']],
  },
  {
    number: 9,
    title: 'An interrupted answer goes on being generated and billed',
    reports: [],
    upstream: 'The request is not aborted, over HTTP or WebSocket.',
    here: 'The request ends; on a WebSocket the socket is dropped, and the next one is open already.',
    tests: [
      [trouble, 'pain 9: an interruption'],
      [http, 'pain 9: an interruption ends the request'],
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
    tests: [[replies, 'pain 11: create and cancel']],
  },
  {
    number: 12,
    title: 'A reply that never comes',
    reports: ['py#2552', 'py#6224'],
    upstream: 'Ten seconds of silence, then an error that nobody retries.',
    here: 'Asked for once more if nothing was said, then a typed error.',
    tests: [
      [recovery, 'an unanswered request is asked again on the next socket, once; the second loss is told'],
      [
        recovery,
        'a reply that went down before its first word is asked for again as it was, once; the second loss is told',
      ],
      [replies, 'pain 12: a reply that does not come'],
    ],
  },
  {
    number: 13,
    title: 'Paths glued into queries, doubled slashes, doubled `/v1`',
    reports: ['on#2567'],
    upstream: 'Concatenates strings: `?tenant=7` becomes `?tenant=7/responses`.',
    here: 'URLs are joined once, in one place.',
    tests: [
      [sockets, 'pain 13: base URLs'],
      [stt, 'pain 13: keeps the query of a base URL, and appends the path once'],
      [connection, 'the path is appended once, the query kept and the model in the URL'],
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
      [sockets, 'pain 14: the place of the model'],
    ],
  },
  {
    number: 15,
    title: '`OPENAI_BASE_URL` and `OPENAI_API_KEY` honoured here and not there',
    reports: [],
    upstream: 'Read when the module is imported, or not at all, depending on the class.',
    here: 'One rule for every class, read at construction.',
    tests: [
      [file('options.test.ts'), 'pain 15: one rule for options, client and environment'],
      [everyClass, 'pain 15: takes key and address from the environment as it is at construction'],
    ],
  },
  {
    number: 16,
    title: 'No proxy, no headers on sockets',
    reports: ['deepgram/deepgram-js-sdk#504'],
    upstream: 'Neither option exists.',
    here: '`proxy`, `agent`, `headers` and `query` on every class, for sockets and requests alike.',
    tests: [
      [everyClass, 'pain 16: goes through a proxy, with the headers and the query of the user'],
      [everyClass, 'pain 16: uses the agent that it is given'],
    ],
  },
  {
    number: 17,
    title: 'Azure: deployments, tokens and two APIs',
    reports: ['js#714', 'py#5017'],
    upstream: 'The model is dropped, a key is demanded beside a token, and a token is never renewed.',
    here: '`withAzure` on every class, `gateways.azure` and `azureLegacy`, tokens asked for on every dial.',
    tests: [
      [file('azure.test.ts'), 'pain 17: %s.withAzure'],
      [file('azure-cloud.test.ts'), 'pain 17: %s through azure'],
      [file('azure-cloud.test.ts'), 'pain 17: %s through azure-legacy'],
    ],
  },
  {
    number: 18,
    title: 'Half-open sockets are found only when speaking',
    reports: ['py#6513'],
    upstream: 'No ping, ever.',
    here: 'Pings, pongs with a deadline, and a probe before an idle socket is used.',
    tests: [
      [connection, 'pain 18: a half-open socket'],
      [trouble, 'pain 18: sockets that died unseen'],
    ],
  },
  {
    number: 19,
    title: 'With no `error` listener a retry is lost, or a process',
    reports: [],
    upstream: 'Emits without looking whether anybody listens.',
    here: 'Our own events are guarded. LiveKit’s own retries of an LLM still want a listener for `error`.',
    tests: [
      [trouble, 'pain 19: nobody listens for errors'],
      [connection, 'pain 19: an error that nobody listens to throws nowhere'],
      [stt, 'pain 19: a stream that fails while nobody listens for errors just ends'],
    ],
  },
  {
    number: 20,
    title: 'The reason of a refused upgrade is thrown away',
    reports: ['BerriAI/litellm#15959'],
    upstream: '“Unexpected server response: 401”, four times.',
    here: 'Status, request id and body are kept; what cannot succeed is not tried again.',
    tests: [
      [trouble, 'pain 20: a refused upgrade'],
      [connection, 'pain 20: a refused upgrade fails once, with status, request id and the words of the refusal'],
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
      [trouble, 'pain 21: limits'],
      [http, 'pain 21: Retry-After is waited out'],
      [replies, 'pain 21: rate limits are surfaced'],
    ],
  },
  {
    number: 22,
    title: 'The context is out of step with the service',
    reports: ['js#1855', 'py#7073', 'py#3089'],
    upstream: 'A refused item leaves `updateChatCtx` waiting; one failure locks every later change of the tools.',
    here: 'Settled by event id, replayed after a reconnect.',
    tests: [
      [file('realtime/realtime-context.test.ts'), 'pain 22: the context'],
      [recovery, 'an unconfirmed change is replayed, and its update resolves'],
    ],
  },
  {
    number: 23,
    title: 'Tool calls without arguments are thrown away',
    reports: ['js#1843'],
    upstream: 'The call never reaches the agent.',
    here: '`""` is `{}`, ids are kept, outputs without their call are left out.',
    tests: [
      [replies, 'pain 23: tool calls'],
      [file('responses/input.test.ts'), 'pain 23: a chosen function'],
      [
        file('realtime/realtime-context.test.ts'),
        "LiveKit's own notes, empty messages and outputs without their call are not sent (livekit/agents-js#1855)",
      ],
    ],
  },
  {
    number: 24,
    title: 'Truncating beyond what was received',
    reports: ['pc#3677', 'py#6157'],
    upstream: 'Sends the player’s position as it is; the service refuses it and the model remembers too much.',
    here: 'Clamped to the sound that arrived; nothing heard is nothing said.',
    tests: [[audio, 'pain 24: truncation']],
  },
  {
    number: 25,
    title: 'Frames that are views send their neighbours’ memory, and 48 kHz goes out as 24',
    reports: ['js#621', 'js#2068'],
    upstream: 'Sends the buffer behind the frame, at whatever rate it has.',
    here: 'One chunker that resamples, mixes and honours views.',
    tests: [
      [audio, 'pain 25: audio to the service'],
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
      [trouble, 'pain 26: nothing is said twice'],
      [http, 'pain 26: nothing is said twice once a word was delivered'],
      [replies, 'pain 26: several messages of one response are all heard'],
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
        file('secrets.test.ts'),
        'pain 27: no key, header, query token or proxy password is in any picture of a model or its stream',
      ],
      [connection, 'pain 27: no key is in a model, a session or an error, however they are printed'],
      [
        file('responses/raw-events.test.ts'),
        'pain 27: no key of a tool, and no key that a service repeats, is in them',
      ],
      ['packages/ws-session/src/secrets.test.ts', 'no secret is seen'],
      ['packages/ws-session/src/tracing.test.ts', 'notes the status of a refusal and nothing of what it said'],
    ],
  },
  {
    number: 28,
    title: 'Memory that grows through a call',
    reports: ['js#955', 'js#1431'],
    upstream: 'Unbounded queues, and listeners that every reconnect adds to.',
    here: 'Bounded queues; nothing is raced against a promise that lives as long as the call.',
    tests: [
      [connection, 'pain 28: a reconnect leaves no listeners and no timers behind'],
      [faults, 'a service that stops reading costs the oldest audio, and no memory'],
      [trouble, 'pain 28: a long call'],
    ],
  },
  {
    number: 29,
    title: 'No way to reconnect, and no way to know',
    reports: ['py#6040', 'on#2968'],
    upstream: 'Neither a method nor an event.',
    here: '`session.reconnect()`, and `connection` events on every class that has a socket.',
    tests: [
      [connection, 'pain 29: reconnect() replaces the socket, and the connection tells of it'],
      [everyClass, 'pain 29: tells what its connection is doing'],
    ],
  },
  {
    number: 30,
    title: 'Turn-taking options that are ignored',
    reports: ['py#6635', 'py#1873'],
    upstream: 'With `create_response: false` it still says that it takes turns, so nobody answers.',
    here: 'Capabilities follow the options, and every option can change in a call.',
    tests: [
      [file('realtime/realtime-context.test.ts'), 'pain 30: options'],
      [file('realtime/realtime-options.test.ts'), 'can change while a session is open, by the session or by its model'],
    ],
  },
  {
    number: 31,
    title: 'Explicit `null`s are refused by the API',
    reports: [],
    upstream: 'Sends what it was given.',
    here: 'Left out, unless `null` means “off”.',
    tests: [
      [file('responses/input.test.ts'), 'pain 31: explicit nulls'],
      [file('chat/request.test.ts'), 'pain 31: leaves out whatever is null or undefined'],
      [file('realtime/realtime-context.test.ts'), 'null switches off what absence leaves to the service (pain 31)'],
    ],
  },
  {
    number: 32,
    title: 'Lists of models that are out of date',
    reports: [],
    upstream: 'A model that is younger than the list does not reason.',
    here: 'Any name passes; rules go by family.',
    tests: [
      [file('reasoning.test.ts'), 'pain 32: models that came after a list was written'],
      [file('chat/request.test.ts'), 'pain 32: the rules of a family of models'],
    ],
  },
];
