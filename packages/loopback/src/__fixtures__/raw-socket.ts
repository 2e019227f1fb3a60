import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { parseObject } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** A plain WebSocket client that remembers everything, for what no SDK would do. */
export interface RawSocket {
  readonly socket: WebSocket;
  /** JSON frames so far. */
  readonly frames: readonly JsonObject[];
  /** Resolves at 101; rejects when the upgrade fails. */
  readonly opened: Promise<void>;
  /** Resolves when the upgrade is answered with a status instead. */
  readonly refused: Promise<{ status: number; body: string }>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The first frame, already here or to come, that was not taken yet and that matches. Rejects when the socket closes first. */
  next(match: string | ((frame: JsonObject) => boolean)): Promise<JsonObject>;
  send(frame: JsonObject | string | Buffer): void;
  /** Resolves with the pong. */
  ping(): Promise<void>;
}

export function connectRaw(
  url: string,
  options: ClientOptions & { protocols?: string[]; token?: string | null } = {},
): RawSocket {
  const { protocols = [], token = 'key-of-the-test', headers, ...rest } = options;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, {
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...rest,
  });
  const frames: JsonObject[] = [];
  const taken = new Set<JsonObject>();
  const waiting = new Set<() => void>();
  let end: { code: number; reason: string } | undefined;
  const wake = (): void => waiting.forEach((check) => check());
  socket.on('message', (data) => {
    frames.push(parseObject((data as Buffer).toString('utf8')) ?? {});
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      end = { code, reason: reason.toString() };
      resolve(end);
      wake();
    });
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  opened.catch(() => {});
  const refused = new Promise<{ status: number; body: string }>((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') });
        socket.terminate();
      });
    });
  });
  return {
    socket,
    frames,
    opened,
    refused,
    closed,
    next: (match) =>
      new Promise((resolve, reject) => {
        const matches = typeof match === 'string' ? (frame: JsonObject) => frame.type === match : match;
        const check = (): void => {
          const found = frames.find((frame) => !taken.has(frame) && matches(frame));
          if (!found && !end) return;
          waiting.delete(check);
          if (!found) return reject(new Error(`The socket closed first (${end?.code} ${end?.reason})`));
          taken.add(found);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    send: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    ping: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve());
        socket.ping();
      }),
  };
}
