import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Front, FrontContext, ReceivedRequest } from '../cloud.ts';
import { readBody } from '../http/body.ts';
import { describeRequest, recordBody } from '../recorder.ts';
import { createSockets } from '../sockets.ts';
import { keepAlive } from './heartbeat.ts';
import { replyJson } from './reply.ts';
import type { Arrival, GatewayContext, GatewayRule } from './types.ts';
import type { GatewaySettings } from './settings.ts';

/** Puts a gateway's rule on a port of its own: a real server that forwards to the provider side over real connections. */
export async function startStage(rule: GatewayRule, settings: GatewaySettings, front: FrontContext): Promise<Front> {
  const { options, clock, upstream, upstreamKey } = front;
  const gateway: GatewayContext = {
    clock,
    settings,
    upstream,
    upstreamKey,
    hasKeys: options.keys !== undefined,
    accepts: (key) => Boolean(key) && (!options.keys || options.keys.includes(key ?? '')),
    tell: (name, detail) => front.tell('gateway', name, { gateway: rule.name, ...detail }),
  };
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  const sockets = createSockets({
    maxPayload: rule.maxFrameBytes ?? 0,
    // Every gateway that was tried echoes what is offered first, a key included.
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  const undecided = new Set<Duplex>();
  const accepted = new WeakSet<Duplex>();

  server.on('request', (request, response) => void answer(request, response));
  server.on('upgrade', (request, socket, head) => {
    const record = describeRequest('upgrade', request);
    front.record(record);
    gateway.tell('upgrade-received', { path: record.path });
    // An upgrade may stay unanswered: some gateways do that, and a test must still end.
    undecided.add(socket);
    socket.on('close', () => undecided.delete(socket));
    socket.on('error', () => socket.destroy());
    rule.upgrade(arrivalOf(record, request, socket, head), gateway);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = describeRequest('http', request);
    front.record(record);
    gateway.tell('request-received', { method: record.method, path: record.path });
    response.on('error', () => {});
    try {
      await recordBody(record, request);
      const parameters = new URLSearchParams(record.query);
      const { method, path, query } = record;
      await rule.http({ request, response, method, path, query, parameters, body: await readBody(request) }, gateway);
    } catch (error) {
      gateway.tell('request-failed', { message: error instanceof Error ? error.message : String(error) });
      if (response.headersSent) response.destroy();
      else
        replyJson(response, 502, { error: { message: 'Bad gateway', type: 'server_error', param: null, code: null } });
    }
  }

  function arrivalOf(record: ReceivedRequest, request: IncomingMessage, socket: Duplex, head: Buffer): Arrival {
    return {
      request,
      socket,
      path: record.path,
      query: record.query,
      parameters: new URLSearchParams(record.query),
      protocols: record.protocols,
      accept(handle) {
        accepted.add(socket);
        sockets.handleUpgrade(request, socket, head, (client) => {
          client.on('error', (error) => gateway.tell('socket-failed', { message: error.message }));
          client.on('close', (code) => gateway.tell('socket-closed', { path: record.path, code }));
          if (rule.heartbeat) keepAlive(client, clock, rule.heartbeat);
          handle(client);
        });
      },
      refuse(status, body = '', headers = {}) {
        gateway.tell('upgrade-refused', { path: record.path, status });
        const lines = Object.entries({
          ...headers,
          'content-length': String(Buffer.byteLength(body)),
          connection: 'close',
        });
        const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
        socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`);
      },
    };
  }

  return {
    port: (server.address() as AddressInfo).port,
    basePath: rule.base,
    async close() {
      const gone = [...sockets.clients].map((client) => endClient(client, rule.stopCode));
      for (const socket of undecided) if (!accepted.has(socket)) socket.destroy();
      await Promise.all(gone);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** How long a client may take to answer the close of a gateway that stops; real time, because a process ends in it. */
const STOP_MS = 250;

/** Ends one client's socket; resolves when it is gone. */
function endClient(client: WebSocket, code: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => client.terminate(), STOP_MS);
    client.once('close', () => {
      clearTimeout(limit);
      resolve();
    });
    if (code === undefined) client.terminate();
    else client.close(code);
  });
}
