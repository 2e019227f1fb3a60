import type { llm } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { Microphone } from '../microphone.ts';
import { deliveryOf, question, tale } from '../words.ts';
import { sleep, untilSettled } from './talk.ts';
import type { Talk, TalkParts, Turn, TurnOptions } from './talk.ts';

async function textOf(event: llm.GenerationCreatedEvent, heard: () => void, so: (text: string) => void): Promise<void> {
  const messages = event.messageStream.getReader();
  for (let next = await messages.read(); !next.done; next = await messages.read()) {
    const { textStream, audioStream } = next.value;
    void drain(audioStream);
    const texts = textStream.getReader();
    for (let part = await texts.read(); !part.done; part = await texts.read()) {
      heard();
      so(typeof part.value === 'string' ? part.value : part.value.text);
    }
  }
}

async function drain(stream: ReadableStream<AudioFrame> | llm.MessageGeneration['audioStream']): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

/** A session for the whole call; replaced when it is over, as an agent would. */
abstract class SessionTalk implements Talk {
  protected readonly parts: TalkParts;
  protected readonly microphone: Microphone;
  protected session: llm.RealtimeSession | undefined;
  protected ended = false;
  protected closed = false;

  constructor(parts: TalkParts, frameMs: number) {
    this.parts = parts;
    this.microphone = new Microphone(parts.clock, (frame) => this.session?.pushAudio(frame), {
      frameMs,
      views: parts.views,
    });
  }

  open(): void {
    const { ears, model } = this.parts;
    // Connection events are told by the model, for all of its sessions.
    ears.attend(model, { errors: false });
    this.begin();
  }

  protected begin(): void {
    const { ears, model, deaf } = this.parts;
    const session = (model as llm.RealtimeModel).session();
    this.session = session;
    this.ended = false;
    session.on('error', (event: { recoverable: boolean }) => {
      if (!event.recoverable && this.session === session) this.ended = true;
    });
    if (deaf) session.removeAllListeners('error');
    else ears.attend({ on: (name: string, listener: never) => name === 'error' && session.on(name, listener) });
  }

  abstract turn(options?: TurnOptions): Promise<Turn>;

  abstract interrupt(): Promise<unknown>;

  things(): object[] {
    return this.session ? [this.session] : [];
  }

  async close(): Promise<void> {
    this.closed = true;
    this.microphone.stop();
    await this.session?.close();
  }
}

/** Speech to speech: a message of the user's, and a reply that is asked for. */
export class RealtimeTalk extends SessionTalk {
  #told: ((transcript: string) => void) | undefined;

  constructor(parts: TalkParts) {
    super(parts, 20);
  }

  override open(): void {
    super.open();
    if (this.parts.views) this.microphone.start();
  }

  async turn({ heard, readAfter }: TurnOptions = {}): Promise<Turn> {
    if (this.ended) this.begin();
    if (this.parts.views) return this.#spoken(heard);
    const { ears, clock } = this.parts;
    let text = '';
    // Refused, an agent that is still on the line asks again.
    for (let asked = 0; asked < 20 && text === '' && !this.ended && !this.closed; asked++) {
      try {
        const event = await this.#ask();
        await readAfter;
        await textOf(
          event,
          () => heard?.(),
          (part) => (text += part),
        );
        if (text === '') break;
      } catch (error) {
        ears.rejected(error, false);
        await sleep(clock, 20);
      }
    }
    return { ...deliveryOf(tale, text), endedAt: clock.now() };
  }

  say(samples: Int16Array, told: (transcript: string) => void): void {
    if (!this.#told) this.microphone.start();
    this.#told = told;
    this.microphone.play(samples);
  }

  protected override begin(): void {
    super.begin();
    this.session!.on(
      'input_audio_transcription_completed',
      ({ isFinal, transcript }: llm.InputTranscriptionCompleted) => {
        if (isFinal) this.#told?.(transcript);
      },
    );
  }

  async #ask(): Promise<llm.GenerationCreatedEvent> {
    const session = this.session!;
    const chatCtx = session.chatCtx.copy();
    chatCtx.addMessage({ role: 'user', content: question });
    // As an agent does: a context that is late does not keep anybody from answering.
    await session.updateChatCtx(chatCtx).catch((error: unknown) => this.parts.ears.rejected(error, false));
    return session.generateReply();
  }

  override interrupt(): Promise<unknown> {
    return this.session!.interrupt();
  }

  /** A turn by voice: what was heard is what counts. */
  async #spoken(heard: (() => void) | undefined): Promise<Turn> {
    let text = '';
    const session = this.session!;
    session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => {
      heard?.();
      if (event.isFinal) text = event.transcript;
    });
    await this.microphone.say(question);
    const endedAt = await untilSettled(this.parts, {
      isDone: () => this.ended || this.closed || text.trim() === question,
      progress: () => text.length,
    });
    return { ...deliveryOf(question, text), endedAt };
  }
}

/** An interpreter: what is said comes out in the other language. */
export class InterpreterTalk extends SessionTalk {
  #text = '';
  #heard: (() => void) | undefined;
  #readAfter: Promise<void> | undefined;
  #interrupted = false;

  constructor(parts: TalkParts) {
    super(parts, 20);
  }

  override open(): void {
    super.open();
    this.microphone.start();
  }

  protected override begin(): void {
    super.begin();
    this.session!.on('generation_created', (event: llm.GenerationCreatedEvent) => void this.#listen(event));
  }

  async #listen(event: llm.GenerationCreatedEvent): Promise<void> {
    await this.#readAfter;
    // Words apart are words apart, also when a pause made two utterances of them.
    if (this.#text !== '') this.#text += ' ';
    await textOf(
      event,
      () => this.#heard?.(),
      (part) => (this.#text = `${this.#text}${part}`.replace(/\s+/g, ' ')),
    );
  }

  async turn({ heard, readAfter }: TurnOptions = {}): Promise<Turn> {
    if (this.ended) this.begin();
    this.#text = '';
    this.#heard = heard;
    this.#readAfter = readAfter;
    this.#interrupted = false;
    const wanted = `[es] ${question}`;
    await this.microphone.say(question);
    const endedAt = await untilSettled(this.parts, {
      isDone: () => this.ended || this.closed || this.#interrupted || this.#text.trim() === wanted,
      progress: () => this.#text.length,
    });
    return { ...deliveryOf(wanted, this.#text), endedAt };
  }

  /** The rest is not heard, so nobody waits for it. */
  override interrupt(): Promise<unknown> {
    this.#interrupted = true;
    return this.session!.interrupt();
  }
}
