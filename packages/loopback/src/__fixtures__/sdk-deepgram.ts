import { DeepgramClient } from '@deepgram/sdk';
import { Inbox } from './inbox.ts';

type Listen1 = DeepgramClient['listen']['v1'];
type Listen2 = DeepgramClient['listen']['v2'];
type Speak1 = DeepgramClient['speak']['v1'];
type Speak2 = DeepgramClient['speak']['v2'];
type SocketOf<Client extends { connect(args: never): Promise<unknown> }> = Awaited<ReturnType<Client['connect']>>;
type ArgumentsOf<Client extends { connect(args: never): unknown }> = Parameters<Client['connect']>[0];

/** Text frames that the SDK hands over, by their type. */
type MessageOf<Socket> = Socket extends { on(event: 'message', callback: (message: infer Message) => void): void }
  ? Extract<Message, { type: string }>
  : never;

/** As the SDK hands out any socket. */
interface AnySocket {
  on(event: 'message', callback: (message: unknown) => void): void;
  on(event: 'close', callback: (event: { code: number; reason: string }) => void): void;
  on(event: 'error', callback: (error: Error) => void): void;
  connect(): unknown;
  close(): void;
  waitForOpen(): Promise<unknown>;
}

/** The official SDK on one of Deepgram's sockets, and everything it received. */
export class SdkDeepgram<Socket extends object> extends Inbox<MessageOf<Socket>> {
  readonly socket: Socket;
  readonly errors: Error[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Types of events and `audio`, in the order in which they came; audio in a row counts once. */
  readonly order: string[] = [];
  #audio: Promise<ArrayBuffer>[] = [];

  private constructor(socket: Socket) {
    super();
    this.socket = socket;
    const any = socket as unknown as AnySocket;
    any.on('message', (message) => this.#take(message));
    any.on('error', (error) => this.errors.push(error));
    this.closed = new Promise((resolve) => {
      any.on('close', ({ code, reason }) => {
        this.end(`${code} ${reason}`);
        resolve({ code, reason });
      });
    });
  }

  /** All audio so far. */
  async audio(): Promise<Buffer> {
    return Buffer.concat((await Promise.all(this.#audio)).map((piece) => Buffer.from(piece)));
  }

  close(): void {
    (this.socket as unknown as AnySocket).close();
  }

  static async over<Socket extends object>(connecting: Promise<Socket>): Promise<SdkDeepgram<Socket>> {
    const socket = await connecting;
    const sdk = new SdkDeepgram(socket);
    (socket as unknown as AnySocket).connect();
    await (socket as unknown as AnySocket).waitForOpen();
    return sdk;
  }

  #take(message: unknown): void {
    const name = message instanceof Blob ? 'audio' : (message as { type: string }).type;
    if (name !== 'audio' || this.order.at(-1) !== 'audio') this.order.push(name);
    if (message instanceof Blob) this.#audio.push(message.arrayBuffer());
    else this.add(message as MessageOf<Socket>);
  }
}

export function deepgramClient(baseUrl: string, apiKey = 'key-of-the-test'): DeepgramClient {
  return new DeepgramClient({ apiKey, baseUrl, maxRetries: 0 });
}

/** Without reconnecting: what the service does is to be seen. */
const once = { reconnectAttempts: 0 };

export const connectListen1 = (url: string, query: ArgumentsOf<Listen1>): Promise<SdkDeepgram<SocketOf<Listen1>>> =>
  SdkDeepgram.over(deepgramClient(url).listen.v1.connect({ ...once, ...query }));
export const connectListen2 = (url: string, query: ArgumentsOf<Listen2>): Promise<SdkDeepgram<SocketOf<Listen2>>> =>
  SdkDeepgram.over(deepgramClient(url).listen.v2.connect({ ...once, ...query }));
export const connectSpeak1 = (url: string, query: ArgumentsOf<Speak1>): Promise<SdkDeepgram<SocketOf<Speak1>>> =>
  SdkDeepgram.over(deepgramClient(url).speak.v1.connect({ ...once, ...query }));
export const connectSpeak2 = (url: string, query: ArgumentsOf<Speak2>): Promise<SdkDeepgram<SocketOf<Speak2>>> =>
  SdkDeepgram.over(deepgramClient(url).speak.v2.connect({ ...once, ...query }));
