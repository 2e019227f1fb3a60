import { once } from 'node:events';
import { DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import { WebSocket } from 'ws';
import { mindOf } from './livekit.ts';
import { createMessage, path, type OpenMind } from './mind.ts';

/** The least that makes a plugin of LiveKit's: its base classes, and the same socket by hand, dialled when it is needed. */
class FloorLLM extends llm.LLM {
  readonly #url: string;
  #socket: WebSocket | undefined;

  constructor(url: string) {
    super();
    this.#url = url;
  }

  override label(): string {
    return 'floor.LLM';
  }

  override chat({ chatCtx }: { chatCtx: llm.ChatContext }): llm.LLMStream {
    return new FloorStream(this, chatCtx);
  }

  protected override async _prewarmImpl(): Promise<void> {
    await this.take();
  }

  async take(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const headers = { Authorization: 'Bearer bench' };
    const socket = new WebSocket(this.#url + path, { perMessageDeflate: false, headers });
    socket.on('error', () => {});
    await once(socket, 'open');
    return (this.#socket = socket);
  }

  override async aclose(): Promise<void> {
    await super.aclose();
    this.#socket?.terminate();
  }
}

interface Event {
  type: string;
  delta: string;
  response: { id: string; usage: { input_tokens: number; output_tokens: number; total_tokens: number } };
}

class FloorStream extends llm.LLMStream {
  readonly #model: FloorLLM;

  constructor(model: FloorLLM, chatCtx: llm.ChatContext) {
    super(model, { chatCtx, connOptions: DEFAULT_API_CONNECT_OPTIONS });
    this.#model = model;
  }

  protected override async run(): Promise<void> {
    const { signal } = this.abortController;
    const socket = await this.#model.take();
    const [item] = this.chatCtx.items;
    let id = '';
    const read = (data: Buffer): boolean => {
      const event = JSON.parse(data.toString()) as Event;
      switch (event.type) {
        case 'response.created':
          id = event.response.id;
          break;
        case 'response.output_text.delta':
          this.queue.put({ id, delta: { role: 'assistant', content: event.delta } });
          break;
        case 'response.completed': {
          const { input_tokens: promptTokens, output_tokens: completionTokens } = event.response.usage;
          const { total_tokens: totalTokens } = event.response.usage;
          this.queue.put({ id, usage: { promptTokens, completionTokens, promptCachedTokens: 0, totalTokens } });
          return true;
        }
      }
      return false;
    };
    await new Promise<void>((resolve) => {
      const end = (): void => {
        socket.off('message', message);
        socket.off('close', end);
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        socket.terminate();
        end();
      };
      const message = (data: Buffer): void => {
        if (read(data)) end();
      };
      socket.on('message', message);
      socket.on('close', end);
      signal.addEventListener('abort', abort);
      socket.send(createMessage(item?.type === 'message' ? (item.textContent ?? '') : ''));
    });
  }
}

export const open: OpenMind = (url) => mindOf(new FloorLLM(url));
