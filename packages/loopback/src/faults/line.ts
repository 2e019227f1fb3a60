import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { judge, judgeAccept, judgeHead, judgeTunnel } from './answers.ts';
import { bodyKindOf, readBodyMessages } from './body.ts';
import { BodyEncoder, socketEncoder } from './encoders.ts';
import type { Encoder } from './encoders.ts';
import { Exchange, isOnPath } from './exchange.ts';
import type { WireContext } from './exchange.ts';
import { framingOf, readHead, readPieces } from './http.ts';
import type { Head } from './http.ts';
import type { FaultRegistry } from './registry.ts';
import { relaySocket } from './socket.ts';
import type { Upstream } from './socket.ts';
import { Source } from './source.ts';
import { put, Writer } from './writer.ts';

export interface LineContext extends WireContext {
  /** Where the cloud, or its gateway, listens. */
  readonly upstreamPort: number;
  /** What follows the origin in the base URL. */
  readonly basePath: string;
  /** Whether clients are to speak TLS. */
  readonly isSecure: boolean;
  readonly exchanges: Set<Exchange>;
  /** The certificate for the next TLS connection. */
  secureContext(): SecureContext;
}

/** First byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;

/** One client's connection, from its first byte to its last. What is not understood is relayed as it is. */
export class Line {
  readonly #context: LineContext;
  readonly #transport: Socket;
  readonly #gone: AbortController = new AbortController();
  #upstream: Upstream | undefined;
  #writer: Writer | undefined;
  /** An answer is owed: the end of the provider's side is not yet the end of the client's. */
  #isBusy = false;

  constructor(context: LineContext, transport: Socket) {
    this.#context = context;
    this.#transport = transport;
    transport.on('error', () => {});
    transport.on('close', () => this.close());
  }

  close(): void {
    this.#gone.abort();
    this.#transport.destroy();
    this.#upstream?.socket.destroy();
  }

  async run(): Promise<void> {
    try {
      await this.#greet(this.#transport, new Source(this.#transport), false);
    } catch (error) {
      this.#context.tell('error', 'wire-failed', { message: error instanceof Error ? error.message : String(error) });
      this.close();
    }
  }

  async #greet(socket: Duplex, source: Source, isSecure: boolean): Promise<void> {
    if (!(await source.ensure(1))) return void socket.end();
    if (!isSecure && this.#context.isSecure && source.peek(1)[0] === TLS_HANDSHAKE) {
      source.release();
      const secureContext = this.#context.secureContext();
      const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
      secure.on('error', () => this.close());
      secure.on('close', () => this.close());
      return this.#greet(secure, new Source(secure), true);
    }
    const { clock } = this.#context;
    const writer = new Writer(socket, this.#transport, clock, this.#gone.signal);
    this.#writer = writer;
    return this.#serve(socket, source, writer, isSecure);
  }

  /** Requests, one behind the other. */
  async #serve(socket: Duplex, source: Source, writer: Writer, isSecure: boolean): Promise<void> {
    for (;;) {
      const head = await readHead(source);
      if (!head) {
        if (source.ended && source.peek().length === 0)
          return this.#upstream ? void this.#upstream.socket.end() : writer.end();
        return this.#tunnel(source, writer);
      }
      if (head.start[0] === 'CONNECT') {
        const refusal = judgeTunnel(this.#context);
        if (refusal) return this.#answer(refusal, source, writer);
        this.#context.tell('wire', 'tunnel-opened', { to: head.start[1] });
        await writer.write(Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'));
        return this.#greet(socket, source, false);
      }
      // A service that speaks TLS has nothing to say to who does not.
      if (this.#context.isSecure && !isSecure) return this.close();
      if (!(await this.#request(head, source, writer))) return;
    }
  }

  /** Serves one request; returns whether another may follow. */
  async #request(head: Head, source: Source, writer: Writer): Promise<boolean> {
    const [method, target] = head.start;
    const path = this.#pathOf(target);
    const kind = /^websocket$/i.test(head.header('upgrade')) ? 'socket' : 'http';
    this.#context.tell('wire', 'request-arrived', { kind, method, path });
    const wasHere = !source.ended;
    const verdict = await judge(this.#context, { kind, path }, this.#gone.signal);
    // Whoever left while the request was held wants nothing any more.
    if (this.#gone.signal.aborted || (wasHere && source.ended)) return this.#discard(source);
    if (verdict === 'reset') await writer.reset();
    if (verdict === 'reset' || verdict === 'ignore') return this.#discard(source);
    if (verdict !== 'serve') {
      await this.#answer(verdict, source, writer);
      return false;
    }

    const upstream = await this.#dial();
    this.#isBusy = true;
    const origin = originOf(target);
    const own = [method, target.slice(origin.length) || '/', head.start[2]] as const;
    await put(upstream.socket, origin ? head.with({ 'proxy-authorization': undefined }, own) : head.raw);
    // What follows an upgrade is not for who has not agreed to it.
    const uploading = kind === 'http' ? this.#upload(head, source, upstream) : this.#watch(source, upstream);
    const served = await this.#answerOf(upstream.source, writer);
    if (!served) {
      await (upstream.source.failed ? writer.reset() : writer.end());
      return this.#discard(source);
    }
    const answered = judgeHead(this.#context, served, path);
    if (answered.start[1] === '101') {
      source.onEnd = () => {};
      await this.#open(answered, path, source, writer, upstream);
      return false;
    }
    const isWhole = await this.#download(answered, { method, path }, writer, upstream);
    if (!isWhole) return this.#discard(source);
    await uploading;
    this.#isBusy = false;
    if (!upstream.source.ended) return true;
    await writer.end();
    return this.#discard(source);
  }

  /** The head of the answer; those before the last word have passed. */
  async #answerOf(source: Source, writer: Writer): Promise<Head | undefined> {
    for (;;) {
      const head = await readHead(source);
      if (!head) {
        for (let rest; (rest = await source.some());) await writer.write(rest);
        return undefined;
      }
      if (!/^1(?!01)/.test(head.start[1])) return head;
      await writer.write(head.raw);
    }
  }

  async #upload(head: Head, source: Source, upstream: Upstream): Promise<void> {
    let isWhole = false;
    for await (const piece of readPieces(source, framingOf(head))) {
      await put(upstream.socket, piece.raw);
      isWhole = piece.isLast === true;
    }
    if (isWhole) this.#watch(source, upstream);
    else upstream.socket.end();
  }

  /** A client that ends its side wants no more answers than those it asked for. */
  #watch(source: Source, upstream: Upstream): void {
    source.onEnd = () => {
      if (source.peek().length === 0) upstream.socket.end();
    };
  }

  async #download(
    head: Head,
    { method, path }: { method: string; path: string },
    writer: Writer,
    { source }: Upstream,
  ): Promise<boolean> {
    const { faults, exchanges } = this.#context;
    const framing = framingOf(head, { method });
    const kind = bodyKindOf(head.header('content-type'));
    const reframed = typeof framing === 'object' && mayChange(faults, path);
    const encoder = new BodyEncoder({ isChunked: reframed || framing === 'chunked', isEvents: kind === 'events' });
    await writer.write(
      reframed ? head.with({ 'content-length': undefined, 'transfer-encoding': 'chunked' }) : head.raw,
    );
    const exchange = this.#exchange(path, kind, encoder, writer);
    try {
      await exchange.open();
      const messages = readBodyMessages({ source, framing, kind, encoder, reframed });
      for (;;) {
        const next = await messages.next();
        if (!next.done) {
          await exchange.down(next.value);
          continue;
        }
        await exchange.flush();
        if (exchange.isSilent) return false;
        if (next.value && framing !== 'close') return true;
        await (source.failed ? writer.reset() : writer.end());
        return false;
      }
    } finally {
      exchanges.delete(exchange);
    }
  }

  async #open(head: Head, path: string, source: Source, writer: Writer, upstream: Upstream): Promise<void> {
    const isBad = judgeAccept(this.#context, path);
    await writer.write(isBad ? head.with({ 'sec-websocket-accept': 'aSBhbSBhIGxvb3BiYWNrIGZhdWx0' }) : head.raw);
    const exchange = this.#exchange(path, 'socket', socketEncoder, writer);
    try {
      await relaySocket(exchange, source, upstream);
    } finally {
      this.#context.exchanges.delete(exchange);
    }
  }

  /** A connection that speaks something else. */
  async #tunnel(source: Source, writer: Writer): Promise<void> {
    const upstream = await this.#dial();
    this.#isBusy = true;
    const up = async (): Promise<void> => {
      for (let bytes; (bytes = await source.some());) await put(upstream.socket, bytes);
      upstream.socket.end();
    };
    const down = async (): Promise<void> => {
      for (let bytes; (bytes = await upstream.source.some());) await writer.write(bytes);
      await writer.end();
    };
    await Promise.all([up(), down()]);
  }

  async #answer(bytes: Buffer, source: Source, writer: Writer): Promise<void> {
    await writer.write(bytes);
    await writer.end();
    await this.#discard(source);
  }

  /** Nothing that the client says matters any more; the connection is there until it leaves. */
  async #discard(source: Source): Promise<false> {
    while (await source.some());
    this.close();
    return false;
  }

  #exchange(path: string, transport: Exchange['settings']['transport'], encoder: Encoder, writer: Writer): Exchange {
    const { signal: gone } = this.#gone;
    const exchange = new Exchange({ context: this.#context, path, transport, encoder, writer, gone });
    this.#context.exchanges.add(exchange);
    return exchange;
  }

  /** One connection to the provider's side for each of a client. */
  async #dial(): Promise<Upstream> {
    if (this.#upstream) return this.#upstream;
    const socket = connect({
      port: this.#context.upstreamPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    socket.on('error', () => {});
    const source = new Source(socket);
    const upstream = { socket, source };
    this.#upstream = upstream;
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    if (this.#gone.signal.aborted) socket.destroy();
    source.onEnd = () => {
      if (!this.#isBusy) void this.#writer?.end();
    };
    return upstream;
  }

  #pathOf(target: string): string {
    const path = target.slice(originOf(target).length).replace(/\?.*$/s, '') || '/';
    const { basePath } = this.#context;
    return path.startsWith(`${basePath}/`) && basePath !== '/v1' ? path.slice(basePath.length) : path;
  }
}

/** A body whose length was promised cannot be changed. */
function mayChange(faults: FaultRegistry, path: string): boolean {
  return faults.injected.some(
    ({ kind, live, settings }) => kind.group === 'content' && live && isOnPath(settings.path, path),
  );
}

/** What a client that uses a proxy without a tunnel puts before the path. */
function originOf(target: string): string {
  return /^http:\/\/[^/?]*/i.exec(target)?.[0] ?? '';
}
