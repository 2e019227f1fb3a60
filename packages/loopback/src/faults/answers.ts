import { sleep } from '../clock.ts';
import { refusalBody } from './dialects.ts';
import { isOnPath, tellHit } from './exchange.ts';
import type { WireContext } from './exchange.ts';
import { answer, parseHead } from './http.ts';
import type { Head } from './http.ts';
import type { Fault } from './types.ts';

/** What a request is, for a fault. */
export interface Asked {
  readonly kind: 'socket' | 'http';
  /** Without a gateway's base. */
  readonly path: string;
}

/** What becomes of a request before it is served: bytes are the whole answer. */
export type Verdict = 'serve' | 'reset' | 'ignore' | Buffer;

/** Lets the faults have the request first. */
export async function judge(context: WireContext, asked: Asked, gone: AbortSignal): Promise<Verdict> {
  for (const fault of context.faults.injected) {
    const { name, transports } = fault.kind;
    if (!Object.hasOwn(verdicts, name) || !isOnPath(fault.settings.path, asked.path)) continue;
    const occurs =
      asked.kind === 'socket' ? transports.includes('socket') : transports.some((each) => each !== 'socket');
    if (!occurs || !fault.hit()) continue;
    tellHit(context, fault, asked.path);
    if (name !== 'answer-late') return verdicts[name]!(fault.settings, asked.path);
    await sleep(context.clock, fault.settings.ms ?? 0, gone);
  }
  return 'serve';
}

const verdicts: Readonly<Record<string, (settings: Fault, path: string) => Verdict>> = {
  'reset-handshake': () => 'reset',
  'never-answer': () => 'ignore',
  'answer-late': () => 'serve',
  refuse: (settings, path) => refused(settings, path),
  'html-page': ({ status = 502 }) =>
    answer(status, { 'content-type': 'text/html; charset=utf-8', server: 'nginx' }, page(status)),
  redirect: ({ status = 302, to = '' }) => answer(status, { location: to }, ''),
  'empty-body': ({ status = 200 }) => answer(status, { 'content-type': 'application/json' }, ''),
};

function refused({ status = 503, retryAfter, requestId = 'req_of_a_fault', ...settings }: Fault, path: string): Buffer {
  const body = settings.body ?? refusalBody(status, path);
  const headers = {
    'content-type': isJson(body) ? 'application/json' : 'text/plain; charset=utf-8',
    'x-request-id': requestId,
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
  return answer(status, headers, body);
}

/** Whether a 101 is to be one that proves nothing. */
export function judgeAccept(context: WireContext, path: string): boolean {
  const fault = context.faults.injected.find(
    ({ kind, settings, hit }) => kind.name === 'bad-accept' && isOnPath(settings.path, path) && hit(),
  );
  if (fault) tellHit(context, fault, path);
  return fault !== undefined;
}

/** The head of an answer, under another name if a fault says so. */
export function judgeHead(context: WireContext, head: Head, path: string): Head {
  const fault = context.faults.injected.find(
    ({ kind, settings, hit }) => kind.name === 'request-id' && isOnPath(settings.path, path) && hit(),
  );
  if (!fault) return head;
  tellHit(context, fault, path);
  return parseHead(head.with({ 'x-request-id': fault.settings.requestId }));
}

/** What a proxy answers instead of tunnelling; `undefined` when it does tunnel. */
export function judgeTunnel(context: WireContext): Buffer | undefined {
  const fault = context.faults.injected.find((each) => each.kind.name === 'refuse-proxy' && each.hit());
  if (!fault) return undefined;
  tellHit(context, fault);
  const { status = 407, body = '', requestId } = fault.settings;
  const headers = {
    ...(status === 407 ? { 'proxy-authenticate': 'Basic realm="loopback"' } : {}),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
  return answer(status, headers, body);
}

function page(status: number): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
