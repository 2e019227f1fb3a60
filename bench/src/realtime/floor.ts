import { llm, stream } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { WebSocket } from 'ws';
import { Chunk } from './chunk.ts';
import { frameOf } from './frame.ts';
import { model, talkerOf } from './talker.ts';
import type { Talker } from './talker.ts';

export class FloorModel extends llm.RealtimeModel {
  readonly #url: string;

  constructor(url: string) {
    super({
      messageTruncation: true,
      turnDetection: true,
      userTranscription: true,
      autoToolReplyGeneration: false,
      audioOutput: true,
      manualFunctionCalls: true,
    });
    this.#url = url;
  }

  override get model(): string {
    return model;
  }

  override session(): FloorSession {
    return new FloorSession(this, this.#url);
  }

  override async close(): Promise<void> {}
}

/** A reply that is open. */
interface Reply {
  messages: stream.StreamChannel<llm.MessageGeneration>;
  functions: stream.StreamChannel<llm.FunctionCall>;
  audio?: stream.StreamChannel<AudioFrame>;
  text?: stream.StreamChannel<string>;
}

type ServerEvent = { type: string; delta: string; item: { id: string; type: string } };

/** The least that LiveKit's base class wants of a session: one socket, one reply at a time, and nothing that can go wrong. */
class FloorSession extends llm.RealtimeSession {
  readonly #socket: WebSocket;
  readonly #chunk: Chunk;
  #reply: Reply | undefined;
  #asked: ((event: llm.GenerationCreatedEvent) => void) | undefined;

  constructor(owner: FloorModel, url: string) {
    super(owner);
    this.#socket = new WebSocket(url, { headers: { authorization: 'Bearer sk-bench' }, perMessageDeflate: false });
    this.#chunk = new Chunk((audio) => this.#socket.send(`{"type":"input_audio_buffer.append","audio":"${audio}"}`));
    this.#socket.on('open', () =>
      this.#socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime' } })),
    );
    this.#socket.on('message', (data) => this.#received((data as Buffer).toString()));
  }

  override get chatCtx(): llm.ChatContext {
    return llm.ChatContext.empty();
  }

  override get tools(): llm.ToolContext {
    return new llm.ToolContext([]);
  }

  override pushAudio(frame: AudioFrame): void {
    this.#chunk.push(frame.data);
  }

  override generateReply(): Promise<llm.GenerationCreatedEvent> {
    this.#socket.send('{"type":"response.create"}');
    return new Promise((resolve) => (this.#asked = resolve));
  }

  override async close(): Promise<void> {
    await super.close();
    await new Promise((resolve) => {
      this.#socket.on('close', resolve);
      this.#socket.close();
    });
  }

  override async updateInstructions(): Promise<void> {}
  override async updateChatCtx(): Promise<void> {}
  override async updateTools(): Promise<void> {}
  override updateOptions(): void {}
  override async commitAudio(): Promise<void> {}
  override async clearAudio(): Promise<void> {}
  override async interrupt(): Promise<void> {}
  override async truncate(): Promise<void> {}

  #received(text: string): void {
    const event = JSON.parse(text) as ServerEvent;
    if (this.listenerCount('openai_server_event_received') > 0) this.emit('openai_server_event_received', event);
    switch (event.type) {
      case 'response.output_audio.delta':
        void this.#reply?.audio?.write(frameOf(event.delta));
        return;
      case 'response.created':
        return this.#began();
      case 'response.output_item.added':
        return this.#message(event.item.id);
      case 'response.output_item.done':
        void this.#reply?.audio?.close();
        void this.#reply?.text?.close();
        return;
      case 'response.done':
        void this.#reply?.messages.close();
        void this.#reply?.functions.close();
        this.#reply = undefined;
    }
  }

  #began(): void {
    const messages = stream.createStreamChannel<llm.MessageGeneration>();
    const functions = stream.createStreamChannel<llm.FunctionCall>();
    this.#reply = { messages, functions };
    const event: llm.GenerationCreatedEvent = {
      messageStream: messages.stream(),
      functionStream: functions.stream(),
      userInitiated: this.#asked !== undefined,
    };
    this.#asked?.(event);
    this.#asked = undefined;
    this.emit('generation_created', event);
  }

  #message(messageId: string): void {
    const reply = this.#reply!;
    reply.audio = stream.createStreamChannel<AudioFrame>();
    reply.text = stream.createStreamChannel<string>();
    void reply.messages.write({ messageId, audioStream: reply.audio.stream(), textStream: reply.text.stream() });
  }
}

export function open(baseURL: string, heard: (samples: number) => void): Promise<Talker> {
  return talkerOf(new FloorModel(`${baseURL}/realtime?model=${model}`).session(), heard);
}
