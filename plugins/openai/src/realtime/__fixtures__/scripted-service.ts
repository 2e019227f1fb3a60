import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** An event, loosely: the tests play the service, and the service may be odd. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Event = Record<string, any>;

interface Wait {
  type: string;
  count: number;
  resolve: (event: Event) => void;
}

/** One socket, as the service sees it. */
export class Line {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Everything that arrived, in order. */
  readonly received: Event[] = [];
  readonly #waits: Wait[] = [];
  #lastItem: string | null = null;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.request = request;
    socket.on('message', (data: Buffer) => {
      this.received.push(JSON.parse(data.toString()) as Event);
      for (const wait of [...this.#waits]) this.#check(wait);
    });
  }

  send(event: Event): void {
    this.socket.send(JSON.stringify(event));
  }

  /** Resolves with the `count`th event of this type, past or to come. */
  event(type: string, count = 1): Promise<Event> {
    return new Promise((resolve) => {
      const wait = { type, count, resolve };
      this.#waits.push(wait);
      this.#check(wait);
    });
  }

  all(type: string): Event[] {
    return this.received.filter((event) => event.type === type);
  }

  get types(): string[] {
    return this.received.map((event) => event.type as string);
  }

  /** An item at the end of the conversation. */
  add(item: Event): void {
    this.send({ type: 'conversation.item.added', previous_item_id: this.#lastItem, item });
    this.#lastItem = item.id as string;
  }

  /** Begins a response. `create`: the `response.create` that asked for it. */
  created(id: string, create?: Event, extra: Event = {}): void {
    const { metadata = null } = (create?.response ?? {}) as Event;
    this.send({ type: 'response.created', response: { id, metadata: metadata as unknown, ...extra } });
  }

  /** One whole audio message of a response: its item, transcript and audio. */
  speak(responseId: string, itemId: string, text: string, audioMs = 100): void {
    const position = { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 };
    const item = { id: itemId, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    this.send({ type: 'response.output_item.added', response_id: responseId, item });
    this.add(item);
    this.send({ type: 'response.content_part.added', ...position, part: { type: 'audio', transcript: '' } });
    this.send({ type: 'response.output_audio_transcript.delta', ...position, delta: text });
    const delta = Buffer.alloc((24_000 * 2 * audioMs) / 1000).toString('base64');
    this.send({ type: 'response.output_audio.delta', ...position, delta });
  }

  call(responseId: string, itemId: string, name: string, args: string): void {
    const item = { id: itemId, type: 'function_call', call_id: `call_${itemId}`, name };
    this.add({ ...item, arguments: '', status: 'in_progress' });
    this.send({ type: 'response.output_item.added', response_id: responseId, item: { ...item, arguments: '' } });
    this.send({
      type: 'response.output_item.done',
      response_id: responseId,
      item: { ...item, arguments: args, status: 'completed' },
    });
  }

  done(id: string, status = 'completed', extra: Event = {}): void {
    this.send({ type: 'response.done', response: { id, status, ...extra } });
  }

  fail(error: Event): void {
    this.send({ type: 'error', error });
  }

  #check(wait: Wait): void {
    const event = this.all(wait.type)[wait.count - 1];
    if (!event) return;
    this.#waits.splice(this.#waits.indexOf(wait), 1);
    wait.resolve(event);
  }
}

export interface ServiceOptions {
  /** Sent as soon as a socket is there. Default: a `session.created` without expiry. */
  greeting?: Event | false;
  /** Confirm changes of the conversation, as the real service does. Default true. */
  confirms?: boolean;
}

/** A realtime service whose every word is a test's. Real sockets on 127.0.0.1. */
export class ScriptedService {
  readonly lines: Line[] = [];
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #options: ServiceOptions;
  readonly #waits: { count: number; resolve: (line: Line) => void }[] = [];

  private constructor(server: WebSocketServer, options: ServiceOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    server.on('connection', (socket, request) => this.#arrived(new Line(socket, request)));
  }

  static async start(options: ServiceOptions = {}): Promise<ScriptedService> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new ScriptedService(server, options);
  }

  /** The `count`th socket, past or to come. */
  line(count = 1): Promise<Line> {
    const line = this.lines[count - 1];
    return line ? Promise.resolve(line) : new Promise((resolve) => this.#waits.push({ count, resolve }));
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #arrived(line: Line): void {
    const { greeting = { type: 'session.created', session: { id: 'sess_1' } }, confirms = true } = this.#options;
    if (confirms) line.socket.on('message', () => this.#confirm(line, line.received.at(-1)!));
    if (greeting) line.send(greeting);
    this.lines.push(line);
    for (const { count, resolve } of this.#waits) if (count === this.lines.length) resolve(line);
  }

  #confirm(line: Line, event: Event): void {
    const { item, item_id, previous_item_id } = event as Record<string, unknown>;
    if (event.type === 'conversation.item.create') {
      const previous = previous_item_id === 'root' ? null : (previous_item_id ?? null);
      line.send({ type: 'conversation.item.added', previous_item_id: previous, item });
    } else if (event.type === 'conversation.item.delete') {
      line.send({ type: 'conversation.item.deleted', item_id });
    } else if (event.type === 'session.update') {
      line.send({ type: 'session.updated', session: { id: 'sess_1' } });
    }
  }
}
