import type { WebSocket } from 'ws';
import { dial } from './dial.ts';
import type { Target } from './dial.ts';
import { keepAlive } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Arrival, GatewayContext } from './types.ts';

/** What happens to frames and ends on their way through a gateway. What is left out is relayed as it is. */
export interface RelayRules {
  /** A client's text frame; returns what goes up, or `undefined` to swallow it. */
  up?(text: string, relay: Relay): string | undefined;
  /** A provider's text frame; returns what goes down, or `undefined` to swallow it. */
  down?(text: string, relay: Relay): string | undefined;
  /** A client's binary frame; default: relayed. */
  binary?(relay: Relay): void;
  /** The provider is there. */
  opened?(relay: Relay): void;
  /** The provider refused the upgrade. */
  refused?(status: number, relay: Relay): void;
  /** The provider could not be reached, or did not answer within `dialMs`. */
  failed?(reason: string, relay: Relay): void;
  /** The provider's side ended; 1005 without a code, 1006 without a word. Default: the client's ends the same way. */
  closed?(code: number, reason: string, relay: Relay): void;
  /** Milliseconds of the clock for the dial; default: none. */
  dialMs?: number;
  /** Pings for the provider; one that does not answer counts as cut off. Default: none. */
  heartbeat?: Heartbeat;
  /** Close code for the provider when the client ends; default: the client's. */
  endUpWith?: number;
}

/** Two sockets that belong together. Client frames that come before the provider is there are kept. */
export class Relay {
  readonly client: WebSocket;
  readonly #gateway: GatewayContext;
  readonly #rules: RelayRules;
  readonly #early: (string | Buffer)[] = [];
  #upstream: WebSocket | undefined;
  #dialling: { cancel(): void } | undefined;

  constructor(client: WebSocket, gateway: GatewayContext, rules: RelayRules) {
    this.client = client;
    this.#gateway = gateway;
    this.#rules = rules;
    client.on('message', (data, isBinary) => this.#fromClient(data as Buffer, isBinary));
    client.on('close', (code, reason) => {
      this.#dialling?.cancel();
      const upstream = this.#upstream;
      this.#upstream = undefined;
      if (upstream) end(upstream, rules.endUpWith ?? code, reason.toString());
    });
  }

  get upstream(): WebSocket | undefined {
    return this.#upstream;
  }

  /** Dials the provider; an earlier connection is given up. */
  dial(target: Target): void {
    const before = this.#upstream;
    this.#upstream = undefined;
    before?.close();
    this.#dialling?.cancel();
    this.#dialling = dial(
      this.#gateway,
      target,
      {
        opened: (upstream) => this.attach(upstream),
        refused: (status) => (this.#rules.refused ? this.#rules.refused(status, this) : this.end(1011)),
        failed: (reason) => (this.#rules.failed ? this.#rules.failed(reason, this) : this.end(1011)),
      },
      this.#rules.dialMs,
    );
  }

  /** Takes over a provider connection that is open, and sends what the client has said meanwhile. */
  attach(upstream: WebSocket): void {
    this.#upstream = upstream;
    if (this.#rules.heartbeat) keepAlive(upstream, this.#gateway.clock, this.#rules.heartbeat, 'cut');
    upstream.on('message', (data, isBinary) => {
      if (this.#upstream !== upstream) return;
      if (isBinary) return this.send(data as Buffer);
      const text = (data as Buffer).toString('utf8');
      const down = this.#rules.down ? this.#rules.down(text, this) : text;
      if (down !== undefined) this.send(down);
    });
    upstream.on('close', (code, reason) => {
      if (this.#upstream !== upstream) return;
      this.#upstream = undefined;
      this.#gateway.tell('upstream-closed', { code });
      if (this.#rules.closed) this.#rules.closed(code, reason.toString(), this);
      else this.end(code, reason.toString());
    });
    this.#rules.opened?.(this);
    for (const frame of this.#early.splice(0)) upstream.send(frame, { binary: typeof frame !== 'string' });
  }

  /** Sends to the client. */
  send(frame: string | Buffer): void {
    if (this.client.readyState === this.client.OPEN) this.client.send(frame, { binary: typeof frame !== 'string' });
  }

  /** Sends a JSON event to the client. */
  sendEvent(event: Readonly<Record<string, unknown>>): void {
    this.send(JSON.stringify(event));
  }

  /** Sends to the provider, or keeps it until the provider is there. */
  sendUp(frame: string | Buffer): void {
    if (!this.#upstream) this.#early.push(frame);
    else if (this.#upstream.readyState === this.#upstream.OPEN) {
      this.#upstream.send(frame, { binary: typeof frame !== 'string' });
    }
  }

  /** Ends the client's socket. */
  end(code: number, reason = ''): void {
    end(this.client, code, reason);
  }

  #fromClient(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      if (this.#rules.binary) this.#rules.binary(this);
      else this.sendUp(data);
      return;
    }
    const text = data.toString('utf8');
    const up = this.#rules.up ? this.#rules.up(text, this) : text;
    if (up !== undefined) this.sendUp(up);
  }
}

/** Answers 101 at once, then dials: the client's socket is open before the provider's is. */
export function acceptThenDial(
  arrival: Arrival,
  gateway: GatewayContext,
  target: Target,
  rules: RelayRules = {},
): void {
  arrival.accept((client) => new Relay(client, gateway, rules).dial(target));
}

/** Dials first: the client gets its 101 when the provider has given one, and the provider's refusal otherwise. */
export function dialThenAccept(
  arrival: Arrival,
  gateway: GatewayContext,
  target: Target,
  rules: RelayRules & { unanswered?: boolean } = {},
): void {
  const dialling = dial(gateway, target, {
    opened: (upstream) => {
      // The client may have gone; its first frames must find a listener.
      if (arrival.socket.destroyed) return upstream.terminate();
      arrival.accept((client) => new Relay(client, gateway, rules).attach(upstream));
    },
    refused: (status, body, headers) => {
      if (rules.unanswered) return;
      const type = headers['content-type'];
      arrival.refuse(status, body, type ? { 'content-type': type } : {});
    },
    failed: () => {
      if (!rules.unanswered) arrival.refuse(502, '');
    },
  });
  arrival.socket.on('close', () => dialling.cancel());
}

/** Ends a socket the way another one ended: 1005 and 1006 cannot be sent, they are a close without a code and a cut. */
function end(socket: WebSocket, code: number, reason: string): void {
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, truncate(reason));
}

/** A close reason has 123 bytes at most. */
export function truncate(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  return text;
}
