import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import { proxyFor } from './agent.ts';
import { TunnelAgent } from './tunnel-agent.ts';
import type { NetworkOptions } from './types.ts';

/** How long a connection waits for the next request. Node's own wait 5 s, which every turn of a conversation outlasts. */
const idleMs = 60_000;

interface Kept {
  agent: PlainAgent;
  /** The proxy as it was when the agent was made, password included; '' for the direct way. */
  proxy: string;
}

/**
 * Connections that outlive a request, so that the next one pays no handshake, nor a tunnel where a proxy is on the way:
 * one agent for http and one for https, which tell targets and TLS apart by themselves. An idle connection does not
 * keep the process alive, and one that the server gave up meanwhile costs nothing: whoever sends asks again at once.
 */
export class KeepAlive {
  readonly #kept = new Map<boolean, Kept>();
  #closed = false;

  /**
   * The agent for a request to `url`; the user's own is used as it is. The proxy is looked up each time: where the
   * environment has named another one, or another password, nothing goes through the old tunnels again.
   *
   * @throws PatchbayError `invalid-option` for a proxy that is not an http or https URL.
   */
  agentFor(url: string, network: NetworkOptions): PlainAgent {
    if (network.agent !== undefined) return network.agent;
    const secure = url.startsWith('https:');
    const through = proxyFor(url, network);
    const proxy = through?.url.href ?? '';
    const kept = this.#kept.get(secure);
    if (kept?.proxy === proxy) return kept.agent;
    if (kept) retire(kept.agent);
    const options = { keepAlive: !this.#closed, timeout: idleMs };
    const agent =
      through !== undefined
        ? new TunnelAgent(through, options)
        : secure
          ? new SecureAgent(options)
          : new PlainAgent(options);
    if (!this.#closed) this.#kept.set(secure, { agent, proxy });
    return agent;
  }

  /** Idle connections end now, others with their request; what is sent later keeps none. */
  close(): void {
    this.#closed = true;
    for (const { agent } of this.#kept.values()) retire(agent);
    this.#kept.clear();
  }
}

/** Not `destroy()`, which ends requests under way. */
function retire(agent: PlainAgent): void {
  agent.on('free', (socket: Socket) => void socket.destroy());
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
