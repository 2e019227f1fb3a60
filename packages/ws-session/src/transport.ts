import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { proxyName } from './agent.ts';
import { FrameWriter, type WriteListener } from './frame-writer.ts';
import { readRefusalBytes } from './refusal-body.ts';
import type { ConnectOptions, Refusal, Transport, TransportHandlers } from './runtime.ts';
import type { Frame } from './types.ts';

/** RFC 6455 §5.5: a control frame carries at most 125 bytes, two of them the code. */
const MAX_REASON_BYTES = 123;

/** Opens a socket. The only place in the published packages that does. */
export function connectSocket(options: ConnectOptions, handlers: TransportHandlers): Transport {
  return new WebSocketTransport(options, handlers);
}

/** Who hears all that a socket tells. `false`: nobody wants to know this. */
interface SocketListener {
  hear(event: string | symbol, first: unknown, second: unknown): boolean;
}

/**
 * A `ws` socket with one listener for every event: nine functions would be the larger part of what an open socket holds.
 * It tells of a close frame when it comes; `ws` itself does when the peer has ended the connection, too.
 */
class HeardWebSocket extends WebSocket {
  readonly #listener: SocketListener;

  constructor(listener: SocketListener, url: string, protocols: string[], options: ClientOptions) {
    super(url, protocols, options);
    this.#listener = listener;
  }

  /** Hot. No event of `ws` has more than two values: an array of them for each would be garbage. */
  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    return this.#listener.hear(event, first, second);
  }

  /** `ws` answers a close frame with this, and says with it what it thinks of a frame that it cannot read. */
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason);
    // Behind the 'error' of such a frame.
    queueMicrotask(() => this.emit('goodbye'));
  }
}

/** A `ws` socket behind one set of handlers. It hears every 'error', also behind the end: one that nobody heard would end the process. */
class WebSocketTransport implements Transport, SocketListener, WriteListener {
  readonly #socket: HeardWebSocket;
  readonly #handlers: TransportHandlers;
  readonly #requestIdHeader: string | undefined;
  #network: Socket | undefined;
  /** There when there is something to write. */
  #writer: FrameWriter | undefined;
  #requestId: string | undefined;
  readonly #proxy: string | undefined;
  #proxyStatus: number | undefined;
  #refusal: Refusal | undefined;
  #tellRefusal: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ConnectOptions, handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#requestIdHeader = options.requestIdHeader;
    this.#proxy = proxyName(options.agent);
    this.#socket = new HeardWebSocket(this, options.url, [...options.protocols], {
      headers: { ...options.headers },
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      followRedirects: false,
      maxPayload: options.maxPayloadBytes,
      perMessageDeflate: false,
      skipUTF8Validation: false,
      finishRequest: (request) => {
        // Told by a CONNECT agent; without it the proxy's refusal looks like the provider's.
        request.once('proxyConnect', (response: { statusCode: number }) => {
          this.#proxyStatus = response.statusCode;
        });
        request.end();
      },
    });
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get bytesRead(): number {
    return this.#network?.bytesRead ?? 0;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  send(frame: Frame): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN || this.#network === undefined) return false;
    this.#writer ??= new FrameWriter(this.#network, this);
    this.#writer.write(frame);
    return true;
  }

  ping(carry: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping(carry);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number, reason: string): void {
    // A paused socket would never read the answer.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(code, Buffer.byteLength(reason) > MAX_REASON_BYTES ? '' : reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** @internal */
  hear(event: string | symbol, first: unknown, second: unknown): boolean {
    if (this.#isClosed) return false;
    const handlers = this.#handlers;
    switch (event) {
      case 'message':
        // The second value is whether it is binary.
        handlers.onFrame(second === true ? (first as Buffer) : (first as Buffer).toString('utf8'));
        break;
      case 'ping':
        handlers.onPing();
        break;
      case 'pong':
        handlers.onPong((first as Buffer).toString('latin1'));
        break;
      case 'open':
        handlers.onOpen(this.#requestId);
        break;
      case 'upgrade':
        this.#upgraded(first as IncomingMessage);
        break;
      case 'unexpected-response':
        this.#refused(first as ClientRequest, second as IncomingMessage);
        break;
      case 'goodbye':
        handlers.onGoodbye();
        break;
      case 'error':
        handlers.onError(first as Error);
        break;
      case 'close':
        this.#closed(first as number, second as Buffer);
        break;
      default:
        return false;
    }
    return true;
  }

  /** @internal */
  onWritten(): void {
    if (this.#socket.bufferedAmount === 0 && this.#socket.readyState === WebSocket.OPEN) this.#handlers.onDrain();
  }

  #upgraded(response: IncomingMessage): void {
    this.#network = response.socket;
    this.#requestId = requestId(response.headers, this.#requestIdHeader);
  }

  #refused(request: ClientRequest, response: IncomingMessage): void {
    const refusal: Refusal = {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: '',
      fromProxy: this.#proxyStatus !== undefined && this.#proxyStatus !== 200,
      ...(this.#proxy === undefined ? {} : { proxy: this.#proxy }),
    };
    this.#refusal = refusal;
    const chunks: Buffer[] = [];
    let size = 0;
    const tell = (): void => {
      if (this.#tellRefusal === undefined) return;
      this.#tellRefusal = undefined;
      response.removeAllListeners('data');
      refusal.body = Buffer.concat(chunks).subarray(0, readRefusalBytes).toString('utf8');
      this.#handlers.onRefused(refusal);
      request.destroy();
      this.#socket.terminate();
    };
    this.#tellRefusal = tell;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= readRefusalBytes) tell();
    });
    response.on('end', tell);
    response.on('error', tell);
    response.on('close', tell);
  }

  #closed(code: number, reason: Buffer): void {
    this.#isClosed = true;
    // We stopped waiting for the rest of the body: what came is better than nothing.
    this.#tellRefusal?.();
    this.#handlers.onClose(code, reason.toString('utf8'));
  }
}

/** Names that providers and gateways give it. */
const usualNames = ['x-request-id', 'apim-request-id', 'x-amzn-requestid', 'request-id', 'cf-ray'];

/**
 * The request id: in the endpoint's own header, else the one that a body told, else under one of the names that somebody
 * on the way may have used as well.
 */
export function requestId(headers: Refusal['headers'], ownHeader?: string, inBody?: string): string | undefined {
  const valueOf = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const own = ownHeader === undefined ? undefined : valueOf(ownHeader);
  return own ?? inBody ?? usualNames.map(valueOf).find((value) => value !== undefined);
}
