import type { llm } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { say } from './listening.ts';
import { failuresOf, until } from './quickly.ts';
import { joined } from './speaking.ts';

/** What was said: as text, and as sound. */
export interface Reply {
  text: string;
  samples: Int16Array;
}

/** A session of a realtime model, talked to as a user talks to it. Before a cloud whose voice is `plain`. */
export class Conversation {
  readonly session: llm.RealtimeSession;
  readonly failures: Error[];
  readonly connection: ConnectionEvent[] = [];
  readonly replies: Reply[] = [];
  /** What the model heard. */
  readonly heard: string[] = [];

  constructor(
    model: llm.RealtimeModel & { on(event: 'connection', listener: (event: ConnectionEvent) => void): unknown },
  ) {
    model.on('connection', (event) => this.connection.push(event));
    const session = model.session();
    this.session = session;
    this.failures = failuresOf(session);
    session.on('generation_created', (event: llm.GenerationCreatedEvent) => {
      // A reply that was asked for is given to whoever asked.
      if (!event.userInitiated) void replyOf(event).then((reply) => this.replies.push(reply));
    });
    session.on('input_audio_transcription_completed', ({ isFinal, transcript }: llm.InputTranscriptionCompleted) => {
      if (isFinal) this.heard.push(transcript);
    });
  }

  say(text: string, options?: { live?: boolean }): Promise<void> {
    return say(text, (frame) => this.session.pushAudio(frame), options);
  }

  /** The replies, once there are so many. Throws what ended the session before. */
  async replied(count = 1): Promise<Reply[]> {
    await until(() => this.failures.length > 0 || this.replies.length >= count);
    if (this.failures[0]) throw this.failures[0];
    return this.replies;
  }

  /** Asks for a reply to this. */
  async ask(text: string): Promise<Reply> {
    const chatCtx = this.session.chatCtx.copy();
    chatCtx.addMessage({ role: 'user', content: text });
    // As an agent does: a context that is late does not keep anybody from answering.
    await this.session.updateChatCtx(chatCtx).catch(() => undefined);
    return replyOf(await this.session.generateReply());
  }

  /** What it ended with. */
  async failure(): Promise<Error> {
    await until(() => this.failures.length > 0);
    return this.failures[0]!;
  }
}

async function replyOf(event: llm.GenerationCreatedEvent): Promise<Reply> {
  let text = '';
  const pieces: Int16Array[] = [];
  for await (const { textStream, audioStream } of event.messageStream) {
    const reading = (async () => {
      for await (const part of textStream) text += typeof part === 'string' ? part : part.text;
    })();
    for await (const frame of audioStream) pieces.push(frame.data);
    await reading;
  }
  return { text, samples: joined(pieces) };
}
