import type { llm } from '@livekit/agents';
import { plainEar } from '@patchbay/loopback';
import { Microphone } from '../microphone.ts';
import { deliveryOf, question, tale } from '../words.ts';
import { untilSettled } from './talk.ts';
import type { Talk, TalkParts, Turn, TurnOptions } from './talk.ts';

/** What LiveKit does with a duplex session before it speaks. */
interface Configurable {
  _updateSession(instructions: string): Promise<void>;
  readonly audioStream: ReadableStream<llm.DuplexAudioFrame>;
}

/** A model that listens and speaks at once: what it says is read back from its sound, which never stops. */
export class DuplexTalk implements Talk {
  readonly #parts: TalkParts;
  readonly #microphone: Microphone;
  #session: llm.DuplexSession | undefined;
  #text = '';
  #ended = false;
  #closed = false;
  #heard: (() => void) | undefined;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#microphone = new Microphone(parts.clock, (frame) => this.#session?.pushAudio(frame), {
      frameMs: 100,
      views: parts.views,
    });
  }

  open(): void {
    this.#parts.ears.attend(this.#parts.model, { errors: false });
    this.#begin();
    this.#microphone.start();
  }

  async turn({ heard }: TurnOptions = {}): Promise<Turn> {
    if (this.#ended) this.#begin();
    this.#text = '';
    this.#heard = heard;
    await this.#microphone.say(question);
    const endedAt = await untilSettled(this.#parts, {
      isDone: () => this.#ended || this.#closed || this.#text.trim() === tale,
      progress: () => this.#text.length,
    });
    return { ...deliveryOf(tale, this.#text), endedAt };
  }

  /** An agent that is interrupted plays no more; the model hears that somebody speaks. */
  async interrupt(): Promise<void> {
    await this.#microphone.say(question);
  }

  things(): object[] {
    return this.#session ? [this.#session] : [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#microphone.stop();
    await this.#session?.close();
  }

  #begin(): void {
    const { ears, model, deaf } = this.#parts;
    const session = (model as llm.DuplexModel).session();
    this.#session = session;
    this.#ended = false;
    const on = session.on.bind(session) as (name: string, listener: (event: never) => void) => void;
    if (!deaf) {
      on('error', (event: { recoverable: boolean }) => {
        if (!event.recoverable && this.#session === session) this.#ended = true;
      });
      ears.attend({ on: (name: string, listener: never) => name === 'error' && on(name, listener) });
    }
    const configurable = session as unknown as Configurable;
    void configurable._updateSession('Help the caller.');
    void this.#listen(configurable.audioStream);
  }

  async #listen(stream: ReadableStream<llm.DuplexAudioFrame>): Promise<void> {
    const listener = await plainEar.listen({ sampleRate: 24_000 });
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const words = listener.push(next.value.frame.data).join('');
      if (words !== '') this.#heard?.();
      this.#text += words;
    }
  }
}
