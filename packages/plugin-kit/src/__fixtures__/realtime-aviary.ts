import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { llm } from '@livekit/agents';
import type { Frame, Link } from '@patchbay/ws-session';
import { endpoint, PatchbayError, resolveConnection } from '@patchbay/ws-url';
import type { EndpointDescription } from '@patchbay/ws-url';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { base64Of } from '../base64.ts';
import { audioFrameOf } from '../realtime-audio.ts';
import { RealtimeModelBase } from '../realtime-model.ts';
import type { RealtimeReply } from '../realtime-replies.ts';
import { RealtimeSessionBase } from '../realtime-session.ts';
import type { RealtimeSettings } from '../realtime-settings.ts';

/** A speech service that never was: it begins a reply, says things, and ends it. */
export const parrotEndpoint: EndpointDescription = endpoint({
  provider: 'parrot',
  capability: 'conversation',
  base: 'https://parrot.example/v1',
  path: '/talk',
  auth: { header: 'Authorization', scheme: 'Bearer' },
  model: { in: 'none' },
});

/** One socket of the service, as the test that plays the service sees it. */
export interface Perch {
  socket: WebSocket;
  /** Everything that arrived, in order. */
  heard: Record<string, unknown>[];
  say: (message: Record<string, unknown>) => void;
  /** Resolves with the first message, past or to come, that has this key. */
  hears: (key: string) => Promise<Record<string, unknown>>;
}

/** The service's end, on a real server. */
export class Aviary {
  readonly server: WebSocketServer;
  readonly perches: Perch[] = [];
  readonly #waiting: { count: number; resolve: (perch: Perch) => void }[] = [];

  private constructor(server: WebSocketServer) {
    this.server = server;
    server.on('connection', (socket) => this.#arrived(socket));
  }

  static async open(): Promise<Aviary> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new Aviary(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** The `count`th socket, past or to come. */
  perch(count: number): Promise<Perch> {
    const perch = this.perches[count - 1];
    return perch ? Promise.resolve(perch) : new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #arrived(socket: WebSocket): void {
    const heard: Record<string, unknown>[] = [];
    const listeners: { key: string; resolve: (message: Record<string, unknown>) => void }[] = [];
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      heard.push(message);
      for (const { key, resolve } of listeners) if (key in message) resolve(message);
    });
    const perch: Perch = {
      socket,
      heard,
      say: (message) => socket.send(JSON.stringify(message)),
      hears: (key) => {
        const past = heard.find((message) => key in message);
        return past ? Promise.resolve(past) : new Promise((resolve) => listeners.push({ key, resolve }));
      },
    };
    perch.say({ ready: true });
    this.perches.push(perch);
    for (const { count, resolve } of this.#waiting) if (count === this.perches.length) resolve(perch);
  }
}

export class Parrot extends RealtimeModelBase {
  readonly #settings: Partial<RealtimeSettings>;

  constructor(baseURL: string, settings: Partial<RealtimeSettings> = {}) {
    super(
      {
        messageTruncation: false,
        turnDetection: true,
        userTranscription: false,
        autoToolReplyGeneration: false,
        audioOutput: true,
        manualFunctionCalls: false,
      },
      resolveConnection(parrotEndpoint, { baseURL, apiKey: 'cracker' }),
    );
    this.#settings = settings;
  }

  override get model(): string {
    return 'ara';
  }

  override label(): string {
    return 'parrot.Parrot';
  }

  override session(): ParrotSession {
    return new ParrotSession(this, { sampleRate: 8_000, ...this.#settings });
  }
}

const noUsage = {
  inputTokens: 3,
  outputTokens: 7,
  totalTokens: 10,
  inputTokenDetails: { audioTokens: 3, textTokens: 0, imageTokens: 0, cachedTokens: 0 },
  outputTokenDetails: { audioTokens: 7, textTokens: 0, imageTokens: 0 },
};

/** The whole of a provider on the base: what to say on a fresh socket, what a frame means, how requests look. */
export class ParrotSession extends RealtimeSessionBase {
  readonly withdrawn: string[] = [];
  /** Asks whether anybody is there. */
  asks = false;
  #asked = new Set<RealtimeReply>();

  protected override opened(link: Link, { reconnected }: { reconnected: boolean }): void {
    link.send(JSON.stringify({ hello: reconnected ? 'again' : 'first' }));
    for (const reply of this.#asked) this.send(JSON.stringify({ ask: reply.id }));
  }

  protected override received(frame: Frame): boolean {
    const message = JSON.parse(frame as string) as Record<string, string>;
    const generation = message.of === undefined ? undefined : this.generations.get(message.of);
    if (message.begin !== undefined) this.startGeneration(message.begin, message.for);
    if (message.text !== undefined && generation) {
      this.touchGeneration(generation, true);
      generation.message(message.item!).pushText(message.text);
    }
    if (message.pcm !== undefined && generation) {
      this.touchGeneration(generation, true);
      generation.message(message.item!).pushAudio(audioFrameOf(message.pcm, 8_000));
    }
    if (message.end !== undefined) {
      this.endGeneration(this.generations.get(message.end)!, { cancelled: false, usage: noUsage });
    }
    if (message.die !== undefined) throw new PatchbayError('provider-error', message.die, { retryable: false });
    return true;
  }

  protected override encodeAudio(bytes: Uint8Array): Frame {
    return `{"pcm":"${base64Of(bytes)}"}`;
  }

  protected override askForSign(): boolean {
    if (this.asks) this.send('{"well":"?"}');
    return this.asks;
  }

  protected override requestReply(reply: RealtimeReply): void {
    this.#asked.add(reply);
    if (this.link) this.send(JSON.stringify({ ask: reply.id }));
  }

  protected override withdrawReply(reply: RealtimeReply, reason: string): void {
    this.#asked.delete(reply);
    this.withdrawn.push(reason);
  }

  /** A control frame behind everything that waits. */
  sendMark(): void {
    this.send('{"mark":true}');
  }

  get chatCtx(): llm.ChatContext {
    return llm.ChatContext.empty();
  }

  get tools(): llm.ToolContext {
    return new llm.ToolContext([]);
  }

  async updateInstructions(): Promise<void> {}
  async updateChatCtx(): Promise<void> {}
  async updateTools(): Promise<void> {}
  updateOptions(): void {}
  async commitAudio(): Promise<void> {
    this.flushAudio();
  }
  async clearAudio(): Promise<void> {
    this.resetAudio();
  }
  async interrupt(): Promise<void> {}
  async truncate(): Promise<void> {}
}
