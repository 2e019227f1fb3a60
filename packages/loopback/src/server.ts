import { EventEmitter, once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { systemClock } from './clock.ts';
import type { Clock, Timer } from './clock.ts';
import type { Cloud, CloudEvent, Front, Loopback, LoopbackOptions, ReceivedRequest } from './cloud.ts';
import { deepgram } from './deepgram/index.ts';
import { FaultRegistry } from './faults/registry.ts';
import { Service } from './faults/service.ts';
import { FaultError } from './faults/types.ts';
import { Wire } from './faults/wire.ts';
import type { Provider, Refusal, SocketHandler } from './handlers.ts';
import { startGateway } from './gateways/index.ts';
import { invalidRequest } from './http/errors.ts';
import type { ServiceError } from './http/errors.ts';
import { httpHandlers } from './http/index.ts';
import { replyError } from './http/reply.ts';
import { chooseProtocol, keyOf, unauthorized } from './keys.ts';
import { liveSocket, serveLive } from './live/index.ts';
import { resolveMind } from './mind/index.ts';
import { refuseRealtime, serveRealtime } from './realtime/index.ts';
import { describeRequest, keepRequest, recordBody } from './recorder.ts';
import { serveResponses } from './responses/socket.ts';
import { soniox } from './soniox/index.ts';
import { serveTranslation } from './translation/index.ts';
import { resolveSpeech } from './voice/resolve.ts';

/** Larger than any event the service takes: what is too long is answered by name, not by a dropped socket. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;
/** As observed: the service pings every twenty seconds. */
const PING_INTERVAL_MS = 20_000;

interface SocketEndpoint {
  serve: SocketHandler;
  refuse?: SocketHandler;
}

/** What is served on a socket, and how a wrong key is told there. Without `refuse` the upgrade is answered with 401. */
const SOCKETS: Readonly<Record<string, SocketEndpoint>> = {
  '/v1/realtime': { serve: serveRealtime, refuse: refuseRealtime },
  '/v1/realtime/translations': { serve: serveTranslation, refuse: refuseRealtime },
  '/v1/responses': { serve: serveResponses },
  '/v1/live/sessions': { serve: serveLive },
};

/**
 * Starts a voice cloud on 127.0.0.1: the OpenAI dialect, behind the rules of a gateway if one is named.
 * Rejects when the port is taken, the gateway is unknown or the voice cannot be loaded.
 */
export async function startLoopback(options: LoopbackOptions = {}): Promise<Loopback> {
  const cloud = new LoopbackCloud(options);
  try {
    await cloud.start();
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return cloud;
}

class LoopbackCloud extends EventEmitter<{ event: [CloudEvent] }> implements Loopback {
  readonly requests: ReceivedRequest[] = [];
  readonly arrivals: ReceivedRequest[];
  readonly #options: LoopbackOptions;
  readonly #clock: Clock;
  /** Known only to a gateway that stands in front. */
  readonly #upstreamKey: string = `upstream-${randomBytes(9).toString('base64url')}`;
  readonly #server: Server;
  readonly #upgrades: WebSocketServer = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: chooseProtocol,
  });
  readonly faults: FaultRegistry = new FaultRegistry({
    injected: (fault) => this.#wireForFaults.injected(fault),
    removed: (fault) => this.#wire?.removed(fault),
  });
  readonly #service: Service;
  #wire: Wire | undefined;
  #ownPort = 0;
  #front: Front | undefined;
  #cloud: (Cloud & { end(): Promise<void> }) | undefined;
  #providers: readonly Provider[] = [];
  /** What goes with the 101 of an upgrade. */
  readonly #upgradeHeaders: WeakMap<IncomingMessage, Readonly<Record<string, string>>> = new WeakMap();
  #closing: Promise<void> | undefined;

  constructor(options: LoopbackOptions) {
    super();
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#service = new Service(clock);
    this.#clock = options.faults ? this.#service.clock : clock;
    this.arrivals = options.gateway ? [] : this.requests;
    // TLS belongs to the front door.
    this.#server = options.tls && !options.gateway && !options.faults ? createTlsServer(options.tls) : createServer();
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#upgrades.on('headers', (lines, request) => {
      for (const [name, value] of Object.entries(this.#upgradeHeaders.get(request) ?? {}))
        lines.push(`${name}: ${value}`);
    });
  }

  get origin(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}${this.#front?.basePath ?? '/v1'}`;
  }

  get port(): number {
    return this.#wire?.port ?? this.#front?.port ?? this.#ownPort;
  }

  get ca(): string | undefined {
    return this.#wire?.ca;
  }

  get sockets(): number {
    return this.#upgrades.clients.size;
  }

  async start(): Promise<void> {
    this.#cloud = await this.#createCloud();
    this.#providers = [deepgram(this.#cloud), soniox(this.#cloud)];
    const { gateway, port = 0, faults } = this.#options;
    this.#wire = faults && this.#createWire(port);
    for (const fault of faults ?? []) this.faults.inject(fault);
    this.#server.listen(gateway || faults ? 0 : port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#ownPort = (this.#server.address() as AddressInfo).port;
    if (gateway) {
      this.#front = await startGateway({
        name: gateway,
        upstream: (typeof gateway === 'object' && gateway.upstream) || `http://127.0.0.1:${this.#ownPort}`,
        upstreamKey: this.#upstreamKey,
        // TLS and the port belong to whoever stands foremost.
        options: this.#wire ? { ...this.#options, port: 0, tls: undefined } : this.#options,
        clock: this.#clock,
        tell: (lane, name, detail) => this.#tell(lane, name, detail),
        record: (request) => keepRequest(this.arrivals, request),
      });
    }
    await this.#wire?.start({ port: this.#front?.port ?? this.#ownPort, basePath: this.#front?.basePath ?? '/v1' });
  }

  dropSockets(code?: number, reason?: string): void {
    for (const socket of this.#upgrades.clients) {
      if (code === undefined) socket.terminate();
      else socket.close(code, reason);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #isSecure(): boolean {
    const named = this.#options.faults?.some((fault) =>
      (typeof fault === 'string' ? fault : fault.name).startsWith('tls-'),
    );
    return named === true || this.#options.tls !== undefined;
  }

  get #wireForFaults(): Wire {
    if (this.#wire) return this.#wire;
    throw new FaultError('This cloud has no wire for faults: start it with `faults: []`.');
  }

  #createWire(port: number): Wire {
    return new Wire({
      port,
      tls: this.#options.tls,
      isSecure: this.#isSecure,
      faults: this.faults,
      clock: this.#clock,
      service: this.#service,
      tell: (lane, name, detail) => this.#tell(lane, name, detail),
    });
  }

  async #close(): Promise<void> {
    await this.#wire?.close();
    await this.#front?.close();
    for (const socket of this.#upgrades.clients) socket.terminate();
    if (this.#server.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
    }
    await this.#cloud?.end();
  }

  async #createCloud(): Promise<Cloud & { end(): Promise<void> }> {
    const { pace = {}, sessionMs = 3_600_000, mind } = this.#options;
    const speech = await resolveSpeech(this.#options);
    return {
      clock: this.#clock,
      voice: speech.voice,
      ear: speech.ear,
      mind: resolveMind(mind),
      pace: { firstTokenMs: 60, tokenMs: 12, audioMs: 10, ...pace },
      sessionMs,
      options: this.#options,
      accepts: (key) => this.#accepts(key),
      id: (prefix) => `${prefix}${randomBytes(12).toString('hex')}`,
      tell: (lane, name, detail) => this.#tell(lane, name, detail),
      end: () => speech.close(),
    };
  }

  #tell(lane: string, name: string, detail: Record<string, unknown> = {}): void {
    this.emit('event', { at: this.#clock.now(), wall: this.#clock.wallClock(), lane, name, detail });
  }

  #accepts(key: string | undefined): boolean {
    if (!key) return false;
    return !this.#options.keys || this.#options.keys.includes(key) || key === this.#upstreamKey;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = describeRequest('http', request);
    keepRequest(this.requests, record);
    this.#tell('http', 'request-received', { method: record.method, path: record.path });
    response.on('error', () => {});
    const target = request.url ?? '/';
    const provider = this.#providerOf(record.path);
    if (provider && URL.canParse(target, this.origin)) {
      const known = this.#accepts(provider.keyOf(request));
      await recordBody(record, request).catch(() => {});
      return provider.answer(request, response, new URL(target, this.origin), known);
    }
    if (!this.#accepts(keyOf(request))) {
      request.resume();
      return replyError(response, this.#cloud!, unauthorized(request));
    }
    try {
      await recordBody(record, request);
    } catch {
      // Whoever serves it asks for the body again and answers the failure.
    }
    for (const handler of URL.canParse(target, this.origin) ? httpHandlers : []) {
      if (await handler(request, response, new URL(target, this.origin), this.#cloud!)) return;
    }
    replyError(response, this.#cloud!, unknownURL(record));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const record = describeRequest('upgrade', request);
    keepRequest(this.requests, record);
    this.#tell('socket', 'upgrade-received', { path: record.path });
    socket.on('error', () => socket.destroy());
    const provider = this.#providerOf(record.path);
    if (provider) return this.#upgradeTo(provider, request, socket, head);
    const live = liveSocket(record.path, this.#cloud!);
    const endpoint: SocketEndpoint | undefined = live ? { serve: live } : SOCKETS[record.path];
    if (!endpoint) return refuseUpgrade(socket, refusalOf(unknownURL(record)));
    const handler = this.#accepts(keyOf(request)) ? endpoint.serve : endpoint.refuse;
    if (!handler) return refuseUpgrade(socket, refusalOf(unauthorized(request)));
    this.#upgrades.handleUpgrade(request, socket, head, (accepted) => {
      this.#watch(accepted, record.path);
      this.#keepAlive(accepted);
      handler(accepted, request, new URL(request.url ?? '/', this.origin), this.#cloud!);
    });
  }

  #providerOf(path: string): Provider | undefined {
    return this.#providers.find((provider) => provider.serves(path));
  }

  #upgradeTo(provider: Provider, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', this.origin);
    const answer = provider.accept(request, url, this.#accepts(provider.keyOf(request)));
    if ('status' in answer) return refuseUpgrade(socket, answer);
    this.#upgradeHeaders.set(request, answer.headers);
    this.#upgrades.handleUpgrade(request, socket, head, (accepted) => {
      this.#watch(accepted, url.pathname);
      answer.serve(accepted, request, url, this.#cloud!);
    });
  }

  #keepAlive(socket: WebSocket): void {
    const beat = (): Timer =>
      this.#clock.setTimer(() => {
        socket.ping();
        ping = beat();
      }, PING_INTERVAL_MS);
    let ping = beat();
    socket.on('close', () => ping.cancel());
  }

  #watch(socket: WebSocket, path: string): void {
    socket.on('error', (error) => this.#tell('error', 'socket-failed', { path, message: error.message }));
    socket.on('close', (code) => this.#tell('socket', 'socket-closed', { path, code }));
  }
}

function refuseUpgrade(socket: Duplex, { status, headers, body }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The service's error body. */
function refusalOf({ status, body }: ServiceError): Refusal {
  return { status, headers: {}, body: JSON.stringify({ error: body }) };
}

function unknownURL({ method, path }: ReceivedRequest): ServiceError {
  return invalidRequest(`Invalid URL (${method} ${path})`, { status: 404 });
}
