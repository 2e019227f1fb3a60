import type { llm } from '@livekit/agents';
import { Call, type Model } from './call.ts';
import { joined, say, wordsIn, type Manner } from './sound.ts';

/** What was said: as text, and as sound. */
export interface Reply {
  text: string;
  samples: Int16Array;
}

type RealtimeModel = llm.RealtimeModel & Model;

/**
 * Somebody who talks with a model that speaks. Its turns are what it answered, in the plain voice, which must have said
 * the same as the text.
 */
export class Conversation<Talking extends RealtimeModel = RealtimeModel> extends Call {
  readonly session: ReturnType<Talking['session']>;
  /** What the model understood. */
  readonly understood: string[] = [];
  readonly #replies = new Map<llm.GenerationCreatedEvent, Promise<Reply>>();

  constructor(model: Talking) {
    super(model);
    this.session = model.session() as ReturnType<Talking['session']>;
    this.noteFailures(this.session);
    this.session.on('generation_created', (event: llm.GenerationCreatedEvent) => void this.#listen(event));
    this.session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => {
      if (event.isFinal) this.understood.push(event.transcript);
    });
  }

  /** How many replies were begun. */
  get replies(): number {
    return this.#replies.size;
  }

  say(text: string, manner?: Manner): Promise<void> {
    return say(text, (frame) => this.session.pushAudio(frame), manner);
  }

  /** Asks for a reply to this. */
  async ask(text: string): Promise<Reply> {
    const chatCtx = this.session.chatCtx.copy();
    chatCtx.addMessage({ role: 'user', content: text });
    // As an agent does: a context that is late does not keep anybody from answering.
    await this.session.updateChatCtx(chatCtx).catch(() => undefined);
    return this.#replies.get(await this.session.generateReply())!;
  }

  protected override account(): Record<string, unknown> {
    return { ...super.account(), understood: this.understood, replies: this.replies };
  }

  async #listen(event: llm.GenerationCreatedEvent): Promise<void> {
    const reply = replyOf(event);
    this.#replies.set(event, reply);
    const { text, samples } = await reply;
    const words = await wordsIn(samples);
    const said = text.trim();
    this.turns.push(words === said ? said : `${said} (but its voice said: ${words})`);
  }
}

async function replyOf({ messageStream }: llm.GenerationCreatedEvent): Promise<Reply> {
  let text = '';
  const pieces: Int16Array[] = [];
  for await (const { textStream, audioStream } of messageStream) {
    const reading = (async () => {
      for await (const part of textStream) text += typeof part === 'string' ? part : part.text;
    })();
    for await (const frame of audioStream) pieces.push(frame.data);
    await reading;
  }
  return { text, samples: joined(pieces) };
}
