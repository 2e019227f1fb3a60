import type { Fault } from '@patchbay/loopback';
import type { Act } from './acts.ts';
import { hangs, type Stage } from './stage.ts';
import type { Turn } from './talk/talk.ts';

/** All of them, as something on the way might say them. */
const saidBy = ({ parts: { secrets } }: Stage): string => Object.values(secrets).join(' ');

/** One turn, while something repeats the secrets. */
const echo = (faults: (said: string, stage: Stage) => readonly Fault[]): Act => ({
  async run(stage) {
    for (const fault of faults(saidBy(stage), stage)) stage.parts.cloud.faults.inject(fault);
    return { turn: await stage.settle(stage.talk().turn()) };
  },
});

/** A call for each secret, while something repeats that one: where there is no room for more. */
const echoEach = (fault: (secret: string, stage: Stage) => Fault): Act => ({
  async run(stage) {
    const secrets = Object.values(stage.parts.secrets) as string[];
    let turn: Turn | typeof hangs = hangs;
    for (const secret of secrets) {
      const armed = stage.parts.cloud.faults.inject(fault(secret, stage));
      const talk = stage.talk();
      turn = await stage.settle(talk.turn());
      await talk.close();
      armed.remove();
      if (turn === hangs) break;
    }
    return { turn, turns: secrets.length, renew: true };
  },
});

const refusal = (body: string, requestId?: string): Fault => ({
  ...{ name: 'refuse', status: 401, body },
  ...(requestId === undefined ? {} : { requestId }),
});

const units = (text: string): string =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** In every way that a service, a gateway or a language's library writes them. */
const escaped = (said: string): string =>
  [
    said.replaceAll('/', '\\/'),
    units(said),
    encodeURIComponent(said),
    encodeURIComponent(said).replace(/%../g, (byte) => byte.toLowerCase()),
    said.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;').replaceAll('=', '&equals;'),
    ...said.split(' ').map((secret) => Buffer.from(secret).toString('base64')),
    ...said.split(' ').map((secret) => Buffer.from(`caller:${secret}`).toString('base64url')),
  ].join(' ');

const html = (said: string): string =>
  `<html><body><pre>Authorization: Bearer ${said.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;')}\n${said}</pre></body></html>`;

/** So much of a refusal is kept, and so much of a close reason is there. */
const keptBytes = 8_192;
const reasonBytes = 123;
/** More than half of a secret. */
const left = 18;

/** What repeats what it was sent: services, gateways and proxies, in whatever they say. */
export const echoes: Readonly<Record<string, Act>> = {
  'echo-refusal': echo((said) => [
    refusal(JSON.stringify({ error: { message: `no: ${said}`, code: said, type: said, param: said } }), said),
  ]),
  'echo-html': echo((said) => [refusal(html(said), said)]),
  'echo-escapes': echo((said) => [refusal(`{"error":{"message":"${escaped(said)}","code":"${units(said)}"}}`)]),
  'echo-long': echoEach((secret) => refusal(`${'x'.repeat(keptBytes - left)}${secret}${'y'.repeat(2 * keptBytes)}`)),
  'echo-proxy': echo((said) => [
    { name: 'refuse-proxy', status: 407, body: `${said} ${escaped(said)}`, requestId: said },
  ]),
  'echo-request-id': echo((said) => [{ name: 'request-id', requestId: said }]),
  'echo-error': echo((said, { parts: { points } }) => [
    { name: 'request-id', requestId: said },
    { name: 'error-event', at: points.begun, kind: 'fatal', words: said, times: 1 },
  ]),
  'echo-close': echo((said, { parts: { points } }) => [
    { name: 'request-id', requestId: said },
    { name: 'close-after', at: points.begun, code: 1008, reason: said, times: 1 },
  ]),
  'echo-close-cut': echoEach((secret, { parts: { points } }) => ({
    ...{ name: 'close-after', at: points.begun, code: 1008 },
    reason: 'x'.repeat(reasonBytes - left) + secret.slice(0, left),
  })),
};
