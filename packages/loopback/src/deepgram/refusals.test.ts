import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectListen1 } from '../__fixtures__/sdk-deepgram.ts';
import type { CloudEvent, Loopback, LoopbackOptions } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let cloud: Loopback;
const sockets: WebSocket[] = [];

const start = async (options: LoopbackOptions = {}): Promise<void> => {
  cloud = await startLoopback({ voice: 'plain', keys: ['good-key'], ...options });
};
beforeEach(() => start());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await cloud.close();
});

function dial(target: string, options: { authorization?: string; protocols?: string[] } = {}): WebSocket {
  const { authorization, protocols = [] } = options;
  const headers = authorization === undefined ? {} : { authorization };
  const socket = new WebSocket(cloud.origin.replace('http', 'ws') + target, protocols, { headers });
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

const withKey = (target: string): WebSocket => dial(target, { authorization: 'Token good-key' });

async function refusal(socket: WebSocket): Promise<{ status: number; error: unknown; body: Record<string, string> }> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, string>;
  expect(body.request_id).toBe(response.headers['dg-request-id']);
  expect(body.err_msg).toBe(response.headers['dg-error']);
  return { status: response.statusCode!, error: response.headers['dg-error'], body };
}

const PCM = 'encoding=linear16&sample_rate=16000';

test.each([
  ['no key', {}],
  ['a wrong key', { authorization: 'Token bad-key' }],
  ['a wrong token', { authorization: 'Bearer bad-key' }],
  ['a wrong key as a subprotocol', { protocols: ['token', 'bad-key'] }],
])('%s is 401 with dg-error and a body', async (_name, options) => {
  const { status, body } = await refusal(dial(`/v1/listen?model=nova-3&${PCM}`, options));
  expect([status, body.err_code, body.err_msg]).toEqual([401, 'INVALID_AUTH', 'Invalid credentials.']);
  expect(JSON.stringify(body)).not.toContain('bad-key');
});

test.each<[string, { authorization?: string; protocols?: string[] }]>([
  ['Token', { authorization: 'Token good-key' }],
  ['Bearer', { authorization: 'Bearer good-key' }],
  ['the subprotocol, which is never repeated', { protocols: ['token', 'good-key'] }],
])('a key comes in by %s', async (_name, options) => {
  const told: CloudEvent[] = [];
  cloud.on('event', (event) => told.push(event));
  const socket = dial(`/v1/listen?model=nova-3&${PCM}`, options);
  const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
  expect(response.headers['dg-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(socket.protocol).toBe(options.protocols ? 'token' : '');
  expect(JSON.stringify(told)).not.toContain('good-key');
});

test.each([
  ['a model that is none', `model=nova-9&${PCM}`, 'Bad Request', 'No such model/language/tier combination found.'],
  ['a model of the other endpoint', `model=flux-general-en&${PCM}`, 'Bad Request', 'No such model'],
  ['an encoding that is none', 'model=nova-3&encoding=mp3', 'INVALID_QUERY_PARAMETER', 'unknown variant `mp3`'],
  ['an encoding that is not ours', 'model=nova-3&encoding=opus&sample_rate=16000', 'Bad Request', "'opus'"],
  ['raw audio without a rate', 'model=nova-3&encoding=linear16', 'Bad Request', 'sample_rate is required'],
  ['a rate that is none', 'model=nova-3&encoding=linear16&sample_rate=fast', 'INVALID_QUERY_PARAMETER', 'sample_rate'],
  ['a flag that is none', `model=nova-3&${PCM}&punctuate=yes`, 'INVALID_QUERY_PARAMETER', 'punctuate'],
  ['keywords for Nova-3', `model=nova-3&${PCM}&keywords=x:2`, 'Bad Request', '`keywords`'],
  ['keyterms for Nova-2', `model=nova-2&${PCM}&keyterm=x`, 'Bad Request', '`keyterm`'],
  [
    'UtteranceEnd without interim results',
    `model=nova-3&${PCM}&utterance_end_ms=1000`,
    'Bad Request',
    'interim_results',
  ],
  ['a callback', `model=nova-3&${PCM}&callback=https://example.com`, 'Bad Request', 'callback'],
])('%s is 400', async (_name, query, code, message) => {
  const { status, body } = await refusal(withKey(`/v1/listen?${query}`));
  expect([status, body.err_code]).toEqual([400, code]);
  expect(body.err_msg).toContain(message);
});

test.each([
  ['no model', PCM, 'INVALID_QUERY_PARAMETER', 'missing field `model`'],
  ['a model of the other endpoint', `model=nova-3&${PCM}`, 'Bad Request', 'No such model'],
  ['a name that it does not know', `model=flux-general-en&${PCM}&language=en`, 'INVALID_QUERY_PARAMETER', '`language`'],
  ['a threshold that is too low', `model=flux-general-en&${PCM}&eot_threshold=0.2`, 'INVALID_QUERY_PARAMETER', '0.5'],
  [
    'a timeout that is too long',
    `model=flux-general-en&${PCM}&eot_timeout_ms=60001`,
    'INVALID_QUERY_PARAMETER',
    '60000',
  ],
  ['eager beyond the end', `model=flux-general-en&${PCM}&eager_eot_threshold=0.8`, 'INVALID_QUERY_PARAMETER', 'eager'],
  ['hints for English', `model=flux-general-en&${PCM}&language_hint=es`, 'INVALID_QUERY_PARAMETER', 'language_hint'],
])('of /v2/listen, %s is 400', async (_name, query, code, message) => {
  const { status, body } = await refusal(withKey(`/v2/listen?${query}`));
  expect([status, body.err_code]).toEqual([400, code]);
  expect(body.err_msg).toContain(message);
});

test.each([
  ['/v1/speak', 'a model that is none', 'model=aura-9', 'Bad Request', 'No such model/version combination found.'],
  ['/v1/speak', 'an encoding of the HTTP form', 'encoding=mp3', 'INVALID_QUERY_PARAMETER', 'Unsupported audio format'],
  ['/v1/speak', 'a container', 'container=wav', 'INVALID_QUERY_PARAMETER', '`container=wav` is invalid'],
  ['/v1/speak', 'a bit rate', 'bit_rate=32000', 'INVALID_QUERY_PARAMETER', '`bit_rate` is not applicable'],
  ['/v1/speak', 'a rate that is none', 'sample_rate=44100', 'INVALID_QUERY_PARAMETER', '`sample_rate` must be 8000'],
  [
    '/v1/speak',
    'a rate of PCM for mulaw',
    'encoding=mulaw&sample_rate=24000',
    'INVALID_QUERY_PARAMETER',
    '8000, 16000',
  ],
  ['/v1/speak', 'a speed that is too high', 'speed=1.6', 'INVALID_QUERY_PARAMETER', 'speed'],
  ['/v2/speak', 'no model', '', 'INVALID_QUERY_PARAMETER', 'missing field `model`'],
  ['/v2/speak', 'an Aura voice', 'model=aura-2-thalia-en', 'Bad Request', 'No such model'],
  ['/v2/speak', 'a speed that is too high', 'model=flux-haley-en&speed=1.6', 'SPEED_OUT_OF_RANGE', 'speed'],
  [
    '/v2/speak',
    'expressivity beyond 2',
    'model=flux-haley-en&expressivity=3',
    'INVALID_QUERY_PARAMETER',
    'expressivity',
  ],
])('of %s, %s is 400', async (path, _name, query, code, message) => {
  const { status, body } = await refusal(withKey(`${path}?${query}`));
  expect([status, body.err_code]).toEqual([400, code]);
  expect(body.err_msg).toContain(message);
});

test('/v1/speak takes container=none, and what upstream sends', async () => {
  await once(
    withKey('/v1/speak?sample_rate=24000&model=aura-2-andromeda-en&encoding=linear16&mip_opt_out=false&container=none'),
    'open',
  );
});

test('what nobody has documented is let through, as the service does', async () => {
  await once(
    withKey(`/v1/listen?model=nova-2-phonecall&${PCM}&no_delay=true&keywords=a:1&keywords=b&redact=pci&redact=ssn`),
    'open',
  );
});

test('an account without credits is 402', async () => {
  await cloud.close();
  await start({ deepgram: { credits: false } });
  const { status, body } = await refusal(withKey(`/v1/listen?model=nova-3&${PCM}`));
  expect([status, body.err_code]).toEqual([402, 'ASR_PAYMENT_REQUIRED']);
});

test('a model that the project has no access to is 403', async () => {
  await cloud.close();
  await start({ deepgram: { models: ['nova-2'] } });
  const { status, body } = await refusal(withKey(`/v1/listen?model=nova-3&${PCM}`));
  expect([status, body.err_code]).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
  await once(withKey(`/v1/listen?model=nova-2&${PCM}`), 'open');
});

test('a stream too many is 429, until another ends', async () => {
  await cloud.close();
  await start({ deepgram: { concurrency: 1 } });
  const first = withKey(`/v1/listen?model=nova-3&${PCM}`);
  await once(first, 'open');
  const { status, body } = await refusal(withKey(`/v1/listen?model=nova-3&${PCM}`));
  expect([status, body.err_code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  first.close();
  await expect.poll(() => cloud.sockets).toBe(0);
  await once(withKey(`/v1/listen?model=nova-3&${PCM}`), 'open');
});

test('the SDK is refused too', async () => {
  const connecting = connectListen1(cloud.origin, { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000 });
  await expect(connecting).rejects.toThrow('401');
});
