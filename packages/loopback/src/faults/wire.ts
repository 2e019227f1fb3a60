import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Timer } from '../clock.ts';
import { certificates } from './certificates.ts';
import type { Certificates } from './certificates.ts';
import { tellHit } from './exchange.ts';
import type { Exchange, WireContext } from './exchange.ts';
import { Line } from './line.ts';
import type { LineContext } from './line.ts';
import type { ArmedFault } from './registry.ts';
import { serviceEffects } from './service.ts';
import { FaultError } from './types.ts';

export interface WireOptions extends WireContext {
  /** 0: any free one. */
  port: number;
  tls?: { key: string; cert: string };
  /** Clients speak TLS, with a certificate of the wire's own unless there is one in `tls`. */
  isSecure: boolean;
}

/** After so many milliseconds a port that somebody else took is tried again. */
const takenForMs = 20;

/** What stands behind the wire. */
export interface Behind {
  port: number;
  basePath: string;
}

/** The front door of a cloud with faults: relays bytes, and understands just enough of them for things to go wrong at the right place. */
export class Wire {
  readonly #options: WireOptions;
  readonly #exchanges = new Set<Exchange>();
  readonly #lines = new Set<Line>();
  #certificates: Certificates | undefined;
  #own: SecureContext | undefined;
  #behind: Behind | undefined;
  #server: Server | undefined;
  /** Closing listeners, which wait for their connections. */
  readonly #closed = new Set<Promise<unknown>>();
  #port: number;
  #isStarted = false;
  #isClosed = false;
  readonly #refusals = new Map<ArmedFault, Timer | undefined>();

  constructor(options: WireOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  /** PEM of the authority behind the certificates of faults. */
  get ca(): string | undefined {
    return this.#certificates?.ca;
  }

  async start(behind: Behind): Promise<void> {
    const { isSecure, tls } = this.#options;
    this.#behind = behind;
    if (isSecure) {
      this.#certificates = await certificates();
      this.#own = tls ? createSecureContext(tls) : this.#certificates.good;
    }
    const server = this.#listen();
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#isStarted = true;
    if (this.#refusals.size > 0) this.#unlisten();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#refusals.values()) timer?.cancel();
    for (const line of this.#lines) line.close();
    this.#unlisten();
    await Promise.all(this.#closed);
  }

  /** Throws a {@link FaultError} for what this wire cannot do. */
  injected(fault: ArmedFault): void {
    const { name, group } = fault.kind;
    if (name.startsWith('tls-') && !this.#options.isSecure) {
      throw new FaultError(
        `'${name}' needs TLS: start the cloud with \`tls\`, or with this fault among its \`faults\`.`,
      );
    }
    if (name === 'refuse-connection') this.#refuse(fault);
    else if (group === 'service' && fault.settings.at === undefined) {
      fault.hit();
      tellHit(this.#options, fault);
      serviceEffects[name]?.(this.#options.service, fault.settings);
    } else for (const exchange of this.#exchanges) void exchange.arrive(fault);
  }

  removed(fault: ArmedFault): void {
    if (fault.kind.name === 'clock-jump') this.#options.service.jump(-fault.hits * (fault.settings.ms ?? 0));
    if (!this.#refusals.has(fault)) return;
    this.#refusals.get(fault)?.cancel();
    this.#refusals.delete(fault);
    if (this.#refusals.size === 0 && this.#behind && !this.#isClosed) this.#listen();
  }

  #listen(): Server {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#options.tell('wire', 'connection-opened');
      const line = new Line(this.#lineContext, socket);
      this.#lines.add(line);
      socket.on('close', () => this.#lines.delete(line));
      void line.run();
    });
    this.#server = server;
    server.on('error', (error: NodeJS.ErrnoException) => {
      this.#options.tell('error', 'wire-failed', { message: error.message });
      // While nobody listened, the port was anybody's: it comes back when they are done with it.
      const isTaken = error.code === 'EADDRINUSE' && this.#isStarted;
      if (isTaken) setTimeout(() => this.#listenAgain(server), takenForMs).unref();
    });
    this.#closed.add(once(server, 'close').catch(() => {}));
    server.listen(this.#port, '127.0.0.1');
    return server;
  }

  #listenAgain(server: Server): void {
    if (this.#server !== server || this.#isClosed) return;
    this.#server = undefined;
    this.#listen();
  }

  #unlisten(): void {
    const server = this.#server;
    this.#server = undefined;
    if (server?.listening) server.close();
    else server?.once('listening', () => server.close());
  }

  get #lineContext(): LineContext {
    const { faults, clock, service, isSecure, tell } = this.#options;
    return {
      faults,
      clock,
      service,
      isSecure,
      tell,
      exchanges: this.#exchanges,
      upstreamPort: this.#behind?.port ?? 0,
      basePath: this.#behind?.basePath ?? '',
      secureContext: () => this.#nextCertificate(),
    };
  }

  #nextCertificate(): SecureContext {
    const fault = this.#options.faults.injected.find((each) => each.kind.name.startsWith('tls-') && each.hit());
    if (fault) tellHit(this.#options, fault);
    return (fault && this.#certificates?.bad[fault.kind.name]) ?? this.#own!;
  }

  /** Nobody listens, for a while or until the fault is removed. Connections that are open stay. */
  #refuse(fault: ArmedFault): void {
    const { clock } = this.#options;
    const { ms } = fault.settings;
    fault.hit();
    tellHit(this.#options, fault);
    this.#refusals.set(fault, ms === undefined ? undefined : clock.setTimer(() => fault.remove(), ms));
    this.#unlisten();
  }
}
