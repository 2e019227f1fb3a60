import { DeepgramClient } from '@deepgram/sdk';
import type { V1Socket as Listen1 } from '@deepgram/sdk/listen/v1';
import type { V2Socket as Listen2 } from '@deepgram/sdk/listen/v2';
import type { V1Socket as Speak1 } from '@deepgram/sdk/speak/v1';
import type { V2Socket as Speak2 } from '@deepgram/sdk/speak/v2';
import { Inbox } from './inbox.ts';

type Client = DeepgramClient;
type SocketOf<Of extends { connect(args: never): Promise<unknown> }> = Awaited<ReturnType<Of['connect']>>;
type ArgumentsOf<Of extends { connect(args: never): unknown }> = Parameters<Of['connect']>[0];
/** Text frames that the SDK hands over, by their type. */
type Typed<Message> = Extract<Message, { type: string }>;

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
export class SdkDeepgram<Socket extends object, Message extends { type: string }> extends Inbox<Message> {
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

  static async over<Socket extends object, Message extends { type: string }>(
    connecting: Promise<Socket>,
  ): Promise<SdkDeepgram<Socket, Message>> {
    const socket = await connecting;
    const sdk = new SdkDeepgram<Socket, Message>(socket);
    (socket as unknown as AnySocket).connect();
    await (socket as unknown as AnySocket).waitForOpen();
    return sdk;
  }

  #take(message: unknown): void {
    const name = message instanceof Blob ? 'audio' : (message as { type: string }).type;
    if (name !== 'audio' || this.order.at(-1) !== 'audio') this.order.push(name);
    if (message instanceof Blob) this.#audio.push(message.arrayBuffer());
    else this.add(message as Message);
  }
}

export function deepgramClient(baseUrl: string, apiKey = 'key-of-the-test'): DeepgramClient {
  return new DeepgramClient({ apiKey, baseUrl, maxRetries: 0 });
}

/** Without reconnecting: what the service does is to be seen. */
const once = { reconnectAttempts: 0 };

export type SdkListen1 = SdkDeepgram<SocketOf<Client['listen']['v1']>, Typed<Listen1.Response>>;

export function connectListen1(url: string, query: ArgumentsOf<Client['listen']['v1']>): Promise<SdkListen1> {
  return SdkDeepgram.over(deepgramClient(url).listen.v1.connect({ ...once, ...query }));
}

export type SdkListen2 = SdkDeepgram<SocketOf<Client['listen']['v2']>, Typed<Listen2.Response>>;

export function connectListen2(url: string, query: ArgumentsOf<Client['listen']['v2']>): Promise<SdkListen2> {
  return SdkDeepgram.over(deepgramClient(url).listen.v2.connect({ ...once, ...query }));
}

export type SdkSpeak1 = SdkDeepgram<SocketOf<Client['speak']['v1']>, Typed<Speak1.Response>>;

export function connectSpeak1(url: string, query: ArgumentsOf<Client['speak']['v1']>): Promise<SdkSpeak1> {
  return SdkDeepgram.over(deepgramClient(url).speak.v1.connect({ ...once, ...query }));
}

export type SdkSpeak2 = SdkDeepgram<SocketOf<Client['speak']['v2']>, Typed<Speak2.Response>>;

export function connectSpeak2(url: string, query: ArgumentsOf<Client['speak']['v2']>): Promise<SdkSpeak2> {
  return SdkDeepgram.over(deepgramClient(url).speak.v2.connect({ ...once, ...query }));
}
