import { APIConnectionError, stream } from '@livekit/agents';
import { refuseOption } from '@patchbay/plugin-kit';
import { eventOf } from './frames.ts';
import type { WsResponseCreateEvent, WsServerEvent } from './ws-types.ts';

/** As much of a WebSocket as is needed; a `WebSocket` of `ws` is one. */
export interface ResponsesSocketLike {
  /** 1: open. */
  readonly readyState: number;
  send(frame: string): void;
  close(): void;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

const OPEN = 1;

const terminal: ReadonlySet<string> = new Set([
  'response.completed',
  'response.failed',
  'response.incomplete',
  'response.cancelled',
  'response.done',
  'error',
]);

/**
 * A Responses socket of your own, request by request. {@link LLM} does not use it: its sockets are pooled, have
 * deadlines and can be replaced. This is for code that was written against the class of the same name upstream.
 *
 * https://developers.openai.com/api/docs/guides/websocket-mode
 */
export class ResponsesWebSocket {
  readonly #socket: ResponsesSocketLike;
  /** The service answers requests one after the other. */
  #asked: stream.StreamChannel<WsServerEvent>[] = [];

  /** @throws PatchbayError `invalid-option`. */
  constructor(socket: ResponsesSocketLike) {
    const given: Partial<ResponsesSocketLike> | null | undefined = socket;
    if (typeof given?.on !== 'function' || typeof given.send !== 'function') {
      refuseOption('socket', 'a WebSocket of `ws`, or something of its shape');
    }
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(data));
    // Without a listener it would end the process; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#lost());
  }

  /**
   * Sends a request; its events come through the channel, which is closed after the last one. A socket that is lost
   * meanwhile is an `error` event with the code `websocket_closed`.
   *
   * @throws APIConnectionError, retryable, if the socket is not open.
   */
  sendRequest(payload: WsResponseCreateEvent): stream.StreamChannel<WsServerEvent> {
    if (this.#socket.readyState !== OPEN) {
      throw new APIConnectionError({ message: 'the Responses socket is not open', options: { retryable: true } });
    }
    const channel = stream.createStreamChannel<WsServerEvent>();
    this.#asked.push(channel);
    this.#socket.send(JSON.stringify(payload));
    return channel;
  }

  /** Ends every channel and the socket. */
  close(): void {
    for (const channel of this.#asked.splice(0)) this.#end(channel);
    this.#socket.close();
  }

  #receive(data: unknown): void {
    const [channel] = this.#asked;
    const event = eventOf(String(data));
    if (channel === undefined || event === undefined) return;
    // As it came: LiveKit's types say of some fields that they are there, which not every gateway knows.
    this.#tell(channel, event as WsServerEvent);
    if (!terminal.has(event.type)) return;
    this.#asked.shift();
    this.#end(channel);
  }

  #lost(): void {
    const error = { code: 'websocket_closed', message: 'the Responses socket was closed in the middle of a reply' };
    for (const channel of this.#asked.splice(0)) {
      this.#tell(channel, { type: 'error', error });
      this.#end(channel);
    }
  }

  /** Whoever reads may have gone. */
  #tell(channel: stream.StreamChannel<WsServerEvent>, event: WsServerEvent): void {
    channel.write(event).catch(() => {});
  }

  #end(channel: stream.StreamChannel<WsServerEvent>): void {
    channel.close().catch(() => {});
  }
}
