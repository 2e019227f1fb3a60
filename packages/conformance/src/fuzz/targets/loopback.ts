import { once } from 'node:events';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { WebSocket } from 'ws';
import { previewDown, previewUp } from '../../../../loopback/src/gateways/azure/preview.ts';
import { serviceErrorOf } from '../../../../loopback/src/http/errors.ts';
import { parseObject } from '../../../../loopback/src/http/json.ts';
import { readWav } from '../../../../loopback/src/http/wav.ts';
import { clientEvents, items, realtimeSession, responseParameters } from '../../../../loopback/src/realtime/rules.ts';
import { check } from '../../../../loopback/src/realtime/schema.ts';
import type { Feed } from '../feed.ts';
import { feedFunction } from '../functions.ts';
import { recordedFrames, type Recording } from '../recordings.ts';
import type { FuzzTarget } from '../types.ts';

const apiKey = 'sk-fuzz-0001';
const boundary = 'fuzz-boundary';

/** The other side: what clients, and the clients of those who expose loopback, may send. */
export const targets: readonly FuzzTarget[] = [
  socketOf('loopback realtime', 'realtime', '/realtime?model=gpt-realtime'),
  socketOf('loopback transcription', 'transcription', '/realtime?intent=transcription'),
  socketOf('loopback translation', 'translation', '/realtime/translations?model=gpt-realtime-translate'),
  socketOf('loopback live', 'live', '/live/sessions'),
  socketOf('loopback responses', 'responses', '/responses'),
  {
    ...socketOf(
      'loopback azure preview',
      'realtime',
      '/realtime?api-version=2024-10-01-preview&deployment=gpt-realtime',
    ),
    run: (feed) => flood(feed, '/realtime?api-version=2024-10-01-preview&deployment=gpt-realtime', 'azure-legacy'),
  },
  socketOf('loopback litellm', 'realtime', '/realtime?model=gpt-realtime', 'litellm'),
  requestsTo('loopback chat', '/chat/completions', [...recordedFrames('chat', 'client')]),
  requestsTo('loopback responses over HTTP', '/responses', [...recordedFrames('responses-http', 'client')]),
  requestsTo('loopback speech', '/audio/speech', [...recordedFrames('speech', 'client')]),
  requestsTo('loopback forms', '/audio/transcriptions', [form()], `multipart/form-data; boundary=${boundary}`),
  {
    name: 'loopback WAV files',
    seam: 'function',
    weight: 6,
    recorded: [wav()],
    run: (feed) => feedFunction(feed, (frame) => readWav(Buffer.from(frame)), { isAnswer: isComplaint }),
  },
  {
    name: 'loopback rules',
    seam: 'function',
    weight: 8,
    recorded: recordedFrames('realtime', 'client'),
    run: rules,
  },
  {
    name: 'loopback azure preview events',
    seam: 'function',
    weight: 8,
    recorded: [...recordedFrames('realtime', 'client'), ...recordedFrames('realtime', 'server')],
    run: (feed) =>
      feedFunction(feed, (frame) => {
        const text = frame.toString();
        previewUp(text, { sendEvent: () => {} } as never);
        previewDown(text, feed.random.chance(0.5));
      }),
  },
];

function socketOf(name: string, recording: Recording, path: string, gateway?: string): FuzzTarget {
  return {
    name,
    seam: 'socket',
    weight: 1,
    recorded: recordedFrames(recording, 'client'),
    run: (feed) => flood(feed, path, gateway),
  };
}

async function open(gateway?: string): Promise<Loopback> {
  return startLoopback({
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    maxStoredResponses: 10,
    ...(gateway === undefined ? {} : { gateway }),
  });
}

/** One socket after the other; the pong behind a batch says that it was read. */
async function flood(feed: Feed, path: string, gateway?: string): Promise<void> {
  const cloud = await open(gateway);
  const mistakes = new Set<string>();
  while (feed.left > 0) {
    const target = cloud.url.replace('http', 'ws') + path;
    const socket = new WebSocket(target, { headers: { authorization: `Bearer ${apiKey}`, 'api-key': apiKey } });
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.includes('"server_error"') && mistakes.size < 8) mistakes.add(text.slice(0, 400));
    });
    const gone = once(socket, 'close');
    const opened = await Promise.race([once(socket, 'open').then(() => true), gone.then(() => false)]);
    if (!opened) throw new Error(`loopback did not open ${path}`);
    feed.restart();
    for (let batches = 0; batches < 12 && feed.left > 0; batches++) {
      const count = Math.min(16, feed.left);
      for (let index = 0; index < count; index++) socket.send(feed.next());
      socket.ping();
      const isAlive = await Promise.race([once(socket, 'pong').then(() => true), gone.then(() => false)]);
      if (!isAlive) break;
      feed.delivered(count);
    }
    socket.terminate();
    await gone;
  }
  await proveAlive(cloud);
  await cloud.close();
  // What the service did not expect is a mistake in loopback, not in the frame.
  if (mistakes.size > 0) throw new Error(`loopback was surprised:\n${[...mistakes].join('\n')}`);
}

function requestsTo(
  name: string,
  path: string,
  recorded: readonly (string | Buffer)[],
  type = 'application/json',
): FuzzTarget {
  return {
    name,
    seam: 'http',
    weight: 0.5,
    recorded,
    async run(feed) {
      const cloud = await open();
      const mistakes = new Set<string>();
      while (feed.left > 0) {
        const headers = { authorization: `Bearer ${apiKey}`, 'content-type': type };
        const response = await fetch(cloud.url + path, { method: 'POST', headers, body: new Uint8Array(feed.bytes()) });
        const answer = await response.text();
        if (response.status >= 500) mistakes.add(answer.slice(0, 400));
        feed.delivered();
      }
      await proveAlive(cloud);
      await cloud.close();
      if (mistakes.size > 0) throw new Error(`loopback was surprised:\n${[...mistakes].slice(0, 8).join('\n')}`);
    },
  };
}

/** It still serves. */
async function proveAlive(cloud: Loopback): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}`, 'api-key': apiKey };
  const response = await fetch(`${cloud.origin}/nowhere`, { headers });
  await response.arrayBuffer();
  if (response.status !== 404 && response.status !== 400) throw new Error(`loopback answered ${response.status}`);
}

function rules(feed: Feed): Promise<void> {
  const all = [...Object.values(clientEvents), ...Object.values(items), realtimeSession, responseParameters];
  return feedFunction(
    feed,
    (frame) => {
      const event = parseObject(frame.toString());
      if (event === undefined) return;
      const rule =
        typeof event.type === 'string' && Object.hasOwn(clientEvents, event.type)
          ? clientEvents[event.type]
          : undefined;
      check(event, rule ?? feed.random.pick(all), '');
      for (const inner of Object.values(event)) check(inner, feed.random.pick(all), 'inner');
    },
    { isAnswer: isComplaint },
  );
}

/** The service's own words for a mistake of the client's. */
function isComplaint(error: unknown): boolean {
  return serviceErrorOf(error) === error;
}

function form(): Buffer {
  const part = (disposition: string, body: Buffer | string): Buffer =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ]);
  return Buffer.concat([
    part('name="model"', 'whisper-1'),
    part('name="response_format"', 'verbose_json'),
    part('name="timestamp_granularities[]"', 'word'),
    part('name="file"; filename="a.wav"', wav()),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function wav(): Buffer {
  const head = Buffer.from(
    'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\xff\xff\xff\xff',
    'latin1',
  );
  return Buffer.concat([head, Buffer.alloc(4_800, 7)]);
}
