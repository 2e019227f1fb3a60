import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

/** How long a connection waits for the next request. Node's own wait 5 s, which every turn of a conversation outlasts. */
const idleMs = 60_000;

/**
 * Connections that outlive a request, so that the next one pays no handshake. An idle one does not keep the process
 * alive, and one that the server gave up meanwhile costs nothing: `sendHttp` asks again at once.
 */
export class KeepAlive {
  #plain: PlainAgent | undefined;
  #secure: SecureAgent | undefined;

  agentFor(url: string): PlainAgent {
    const options = { keepAlive: true, timeout: idleMs };
    return url.startsWith('https:')
      ? (this.#secure ??= new SecureAgent(options))
      : (this.#plain ??= new PlainAgent(options));
  }

  /** Idle connections end now, others with their request. */
  close(): void {
    this.#plain?.destroy();
    this.#secure?.destroy();
    this.#plain = this.#secure = undefined;
  }
}
