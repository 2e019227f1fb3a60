import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { initializeLogger } from '@livekit/agents';
import { decodeJson, requestJson, sendHttp, ServerSentEventDecoder } from '@patchbay/plugin-kit';
import { dialFailure, Session, statusVerdict } from '@patchbay/ws-session';
import {
  createScrubber,
  openaiEndpoints,
  PatchbayError,
  redactUrl,
  resolveConnection,
  type Connection,
} from '@patchbay/ws-url';
import { AudioDecoder } from '../../../../plugin-kit/src/audio-decoder.ts';
import { SpeechFrames } from '../../../../plugin-kit/src/speech-frames.ts';
import { closeFailure, refusalFailure, type FailureContext } from '../../../../ws-session/src/classify.ts';
import { floodAnswers } from '../answers.ts';
import type { Feed, Frame } from '../feed.ts';
import { feedFunction } from '../functions.ts';
import { recordedFrames } from '../recordings.ts';
import type { FuzzTarget } from '../types.ts';

initializeLogger({ pretty: false, level: 'silent' });

const secret = 'sk-fuzz-crimson-0001';
const events = [...recordedFrames('chat', 'server'), ...recordedFrames('responses-http', 'server')];
const refusals = [
  '{"error":{"message":"Incorrect API key provided: sk-fuzz-****0001.","type":"invalid_request_error","code":"invalid_api_key"}}',
  '{"detail":{"error":{"message":"No connected db.","type":"no_db_connection","code":"400"}}}',
  '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>',
  `{"error":"Bearer ${secret} is not allowed here"}`,
];

/** What all plugins stand on. */
export const targets: readonly FuzzTarget[] = [
  {
    name: 'server-sent events',
    seam: 'function',
    weight: 10,
    recorded: events.map((event) => `${event}\n\n`),
    run: serverSentEvents,
  },
  {
    name: 'JSON frames',
    seam: 'function',
    weight: 10,
    recorded: recordedFrames('realtime', 'server'),
    run: (feed) => feedFunction(feed, decodeJson, { isAnswer: (error) => error instanceof SyntaxError }),
  },
  {
    name: 'speech, PCM or WAV',
    seam: 'function',
    weight: 8,
    recorded: [wav(), Buffer.alloc(960, 7), Buffer.from('ID3\x03'), Buffer.from('OggS\0\0\0\0')],
    run: speechFrames,
  },
  { name: 'speech, compressed', seam: 'function', weight: 0.3, recorded: mp3(), run: compressedSpeech },
  {
    name: 'what ends a connection',
    seam: 'function',
    weight: 4,
    recorded: [...refusals, 'Service restart', 'session_expired'],
    run: endings,
  },
  { name: 'secrets in text', seam: 'function', weight: 8, recorded: [...refusals, ...events], run: secrets },
  {
    name: 'bytes on an open socket',
    seam: 'socket',
    recorded: [
      frameOf('{"type":"session.created"}'),
      frameOf('{}', 0x89),
      frameOf('\x03\xe8bye', 0x88),
      frameOf('x', 2),
    ],
    run: wire,
  },
  { name: 'refused upgrades', seam: 'socket', weight: 0.7, recorded: refusals, run: refusedUpgrades },
  { name: 'refused requests', seam: 'http', weight: 0.7, recorded: refusals, run: refusedRequests },
  {
    name: 'JSON answers',
    seam: 'http',
    weight: 0.7,
    recorded: recordedFrames('transcription-json', 'server'),
    run: jsonAnswers,
  },
];

/** However the bytes are cut, the events are the same. */
function serverSentEvents(feed: Feed): Promise<void> {
  return feedFunction(feed, (frame) => {
    const bytes = Buffer.from(frame);
    const whole = decoded([bytes]);
    const cut = decoded(feed.random.pieces(bytes, 6));
    if (whole !== cut) throw new Error(`cut, it is ${cut}; whole, it is ${whole}`);
  });
}

function decoded(pieces: readonly Buffer[]): string {
  const heard: unknown[] = [];
  const decoder = new ServerSentEventDecoder((event) => heard.push(event));
  for (const piece of pieces) decoder.push(piece);
  decoder.end();
  return JSON.stringify(heard);
}

function speechFrames(feed: Feed): Promise<void> {
  let samples = 0;
  const begin = (): SpeechFrames =>
    new SpeechFrames({ sampleRate: 24_000, frameMs: 20, onFrame: (frame) => (samples += frame.samplesPerChannel) });
  let frames = begin();
  return feedFunction(
    feed,
    (frame) => {
      try {
        for (const piece of feed.random.pieces(Buffer.from(frame))) frames.push(piece);
        if (!feed.random.chance(0.2)) return;
        frames.end();
        frames = begin();
      } catch (error) {
        frames = begin();
        throw error;
      }
    },
    { isAnswer: (error) => PatchbayError.is(error) },
  );
}

/** One ffmpeg per two hundred pieces: what it makes of them is its affair, that it ends is ours. */
async function compressedSpeech(feed: Feed): Promise<void> {
  while (feed.left > 0) {
    const format = feed.random.pick(['mp3', 'opus', 'flac'] as const);
    const signal = new AbortController().signal;
    const decoder = new AudioDecoder({ format, sampleRate: 24_000, onAudio: () => {}, signal });
    const count = Math.min(200, feed.left);
    try {
      for (let index = 0; index < count; index++) decoder.push(feed.bytes());
      await decoder.end();
    } catch (error) {
      if (!PatchbayError.is(error)) throw error;
    }
    feed.delivered(count);
  }
}

/** Close codes and reasons, statuses and bodies, errors of any shape. */
function endings(feed: Feed): Promise<void> {
  const { random } = feed;
  const context = failureContext();
  return feedFunction(feed, (frame) => {
    const text = frame.toString();
    const code = random.pick([1000, 1006, 1008, 1011, 3000, 4001, random.below(70_000)]);
    const status = random.pick([200, 301, 401, 407, 429, 502, random.below(1_000)]);
    const headers = { 'retry-after': text, location: text, server: text, 'x-request-id': text };
    const failures = [
      closeFailure(code, text, random.chance(0.3) ? (oddError(text, random.below(7)) as Error) : undefined, context),
      refusalFailure({ status, headers, body: text, fromProxy: random.chance(0.1) }, context),
      dialFailure(oddError(text, random.below(7)), context),
    ];
    statusVerdict(context.connection, status, text);
    for (const { error } of failures) {
      if (!PatchbayError.is(error)) throw new Error('not one of our errors');
      if (`${error.message}${error.body}${error.stack}`.includes(secret)) throw new Error('a secret is in it');
    }
  });
}

function oddError(text: string, kind: number): unknown {
  const code = text.slice(0, 20);
  return [
    text,
    null,
    Object.assign(new Error(text), { code }),
    Object.assign(new TypeError(text), { code: 'ERR_INVALID_URL', input: text }),
    new AggregateError([new Error(text)], ''),
    Object.assign(Object.create(null) as object, { message: text, code }),
    { code: 'CERT_HAS_EXPIRED', toString: null },
  ][kind];
}

/** No secret survives, in any form, and no text takes long. */
function secrets(feed: Feed): Promise<void> {
  const scrub = createScrubber([secret, 'pass word/ü']);
  const forms = [secret, encodeURIComponent('pass word/ü'), 'pass word/ü'];
  return feedFunction(feed, (frame) => {
    const text = frame.toString();
    const at = feed.random.below(text.length + 1);
    const form = feed.random.pick(forms);
    const startedAt = performance.now();
    const scrubbed = scrub(text.slice(0, at) + form + text.slice(at));
    redactUrl(text);
    redactUrl(`https://${text}`);
    const tookMs = performance.now() - startedAt;
    if (scrubbed.includes(form)) throw new Error('a secret is left');
    if (tookMs > 1_000) throw new Error(`${text.length} characters took ${tookMs} ms`);
  });
}

/** What comes after the 101 is bytes: frames that are none, in pieces that are none. */
function wire(feed: Feed): Promise<void> {
  return floodAnswers(feed, {
    upgrade(socket, request) {
      const key = request.headers['sec-websocket-key'];
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const { 'sec-websocket-protocol': protocols } = request.headers;
      const chosen = protocols === undefined ? '' : `Sec-WebSocket-Protocol: ${protocols.split(',')[0]}\r\n`;
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${chosen}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on('data', () => {});
      const count = 1 + feed.random.below(12);
      for (let index = 0; index < count; index++) {
        const frame = feed.bytes();
        socket.write(feed.random.chance(0.3) ? frameOf(frame) : frame);
      }
      socket.end();
      return count;
    },
    ask: (url) => oneSession(connectionTo(url)),
  });
}

function refusedUpgrades(feed: Feed): Promise<void> {
  const { random } = feed;
  return floodAnswers(feed, {
    upgrade(socket) {
      feedRefusal(feed, socket);
      return 1;
    },
    ask: (url) => oneSession(connectionTo(url)),
    atOnce: 1 + random.below(4),
  });
}

/** A status line, headers and a body, one of them made from a frame. */
function feedRefusal(feed: Feed, socket: Duplex): void {
  const { random } = feed;
  const body = feed.bytes();
  const status = random.pick([301, 400, 401, 403, 404, 429, 500, 502, 503]);
  const head = random.chance(0.1)
    ? Buffer.concat([Buffer.from('HTTP/1.1 '), body])
    : Buffer.from(`HTTP/1.1 ${status} No\r\n`);
  const header = random.chance(0.2) ? `x-note: ${body.toString('latin1').slice(0, 200)}\r\n` : '';
  const length = random.chance(0.5) ? `content-length: ${body.length + random.pick([0, 0, 0, 7, -1])}\r\n` : '';
  socket.write(Buffer.concat([head, Buffer.from(`${header}${length}connection: close\r\n\r\n`, 'latin1'), body]));
  socket.end();
}

function refusedRequests(feed: Feed): Promise<void> {
  const { random } = feed;
  return floodAnswers(feed, {
    answer(response) {
      if (random.chance(0.3) && response.socket) feedRefusal(feed, response.socket);
      else {
        const type = random.pick(['application/json', 'text/html', 'text/plain']);
        response.writeHead(random.pick([302, 400, 401, 407, 429, 500, 503]), { 'content-type': type });
        response.end(feed.next());
      }
      return 1;
    },
    ask: (url) => rejectsWell(sendHttp({ connection: connectionTo(url, 'chat'), body: '{}', signal: aborts().signal })),
  });
}

function jsonAnswers(feed: Feed): Promise<void> {
  return floodAnswers(feed, {
    answer(response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(feed.next());
      return 1;
    },
    async ask(url) {
      const connection = connectionTo(url, 'chat');
      try {
        await requestJson({ connection, body: '{}', timeoutMs: 10_000 });
      } catch (error) {
        if (!PatchbayError.is((error as Error).cause)) throw error;
      }
    },
  });
}

async function oneSession(connection: Connection): Promise<void> {
  const session = new Session({
    connection,
    reconnect: false,
    handlers: { frame: (frame) => typeof frame === 'string' && decodeJson(frame) !== undefined },
  });
  await rejectsWell(session.run());
  await session.close();
}

async function rejectsWell(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!PatchbayError.is(error)) throw error;
    if (`${error.message}${error.body}`.includes(secret)) throw new Error('a secret is in it', { cause: error });
  }
}

function connectionTo(baseURL: string, capability: 'conversation' | 'chat' = 'conversation'): Connection {
  return resolveConnection(openaiEndpoints[capability], { baseURL, apiKey: secret, model: 'gpt-realtime' });
}

function failureContext(): FailureContext {
  const connection = connectionTo('https://api.example.test/v1');
  return {
    connection,
    where: connection.redacted,
    scrub: (text) => connection.scrub(text),
    wallClock: () => 1_800_000_000_000,
  };
}

function aborts(): AbortController {
  return new AbortController();
}

/** A frame as a server sends it; RFC 6455 §5.2. */
function frameOf(payload: Frame, first = 0x81): Buffer {
  const bytes = Buffer.from(payload);
  const head = bytes.length < 126 ? [first, bytes.length] : [first, 126, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]);
}

function wav(): Buffer {
  const head = Buffer.from(
    'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0LIST\x04\0\0\0INFOdata\xff\xff\xff\xff',
    'latin1',
  );
  return Buffer.concat([head, Buffer.alloc(960, 7)]);
}

/** Frames of silence: MPEG 1 layer III, 32 kbit/s, 44.1 kHz, mono. */
function mp3(): Buffer[] {
  return Array.from({ length: 4 }, () => Buffer.concat([Buffer.from([0xff, 0xfb, 0x10, 0xc4]), Buffer.alloc(100)]));
}
