import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { GatewayContext } from './types.ts';

/** Where an upstream socket goes. */
export interface Target {
  path: string;
  /** With its `?`, or empty. */
  query: string;
  headers: Readonly<Record<string, string>>;
}

/** How a dial ends: exactly one of these is called, once. */
export interface DialOutcome {
  opened(upstream: WebSocket): void;
  /** The provider answered with an HTTP status. */
  refused(status: number, body: string, headers: IncomingMessage['headers']): void;
  /** The connection was reset or refused, or nothing came within the limit. */
  failed(reason: string): void;
}

/** Dials the provider side. `dialMs` is a limit on the gateway's clock; without one an unanswered upgrade stays unanswered. */
export function dial(
  gateway: GatewayContext,
  target: Target,
  outcome: DialOutcome,
  dialMs?: number,
): { cancel(): void } {
  const upstream = new WebSocket(`${gateway.upstream.replace(/^http/, 'ws')}${target.path}${target.query}`, {
    headers: target.headers,
    perMessageDeflate: false,
    maxPayload: 0,
    followRedirects: false,
  });
  let settled = false;
  const limit = dialMs === undefined ? undefined : gateway.clock.setTimer(() => fail('timed out'), dialMs);
  const settle = (): boolean => {
    if (settled) return false;
    settled = true;
    limit?.cancel();
    return true;
  };
  function fail(reason: string): void {
    if (!settle()) return;
    upstream.terminate();
    gateway.tell('upstream-failed', { path: target.path, reason });
    outcome.failed(reason);
  }
  upstream.on('error', (error) => fail(error.message));
  upstream.on('unexpected-response', (_request, response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => {
      if (!settle()) return;
      upstream.terminate();
      const status = response.statusCode ?? 502;
      gateway.tell('upstream-refused', { path: target.path, status });
      outcome.refused(status, Buffer.concat(pieces).toString('utf8'), response.headers);
    });
  });
  upstream.on('open', () => {
    if (settle()) outcome.opened(upstream);
  });
  return {
    cancel: () => {
      if (settle()) upstream.terminate();
    },
  };
}
