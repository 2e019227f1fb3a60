import type { Cloud, OfferedTool, Turn } from '../cloud.ts';
import { serviceErrorOf } from '../http/errors.ts';
import { think } from '../responses/think.ts';
import type { Mouth } from './mouth.ts';

/** What the voice model can do besides talking: hand work over, without saying what. The request is the conversation. */
const delegate: OfferedTool = {
  name: 'delegate',
  description: 'Hands what the user asks for to a backend that can look things up and act.',
  parameters: { type: 'object', properties: {} },
};

const SENTENCE_END = /[.!?…]["'”’)]*\s*$/;

export interface SpeakerParts {
  cloud: Cloud;
  mouth: Mouth;
  model: string;
  voice: string;
  sampleRate: number;
  delegate(): void;
}

/** The voice model: answers by itself or hands over, one thing at a time. */
export class Speaker {
  readonly #parts: SpeakerParts;
  #abort = new AbortController();
  #talking: Promise<void> = Promise.resolve();

  constructor(parts: SpeakerParts) {
    this.#parts = parts;
  }

  /** Answers what was said, or does as it is told. */
  reply(turns: readonly Turn[], instructions: string): void {
    const { signal } = this.#abort;
    this.#enqueue(() => this.#reply([...turns], instructions, signal));
  }

  /** Says this. */
  tell(text: string): void {
    const { signal } = this.#abort;
    this.#enqueue(() => this.#say(text, signal));
  }

  /** Says no more of what it had to say. */
  stop(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#parts.mouth.interrupt();
  }

  async #reply(turns: readonly Turn[], instructions: string, signal: AbortSignal): Promise<void> {
    const { cloud, model } = this.#parts;
    let sentence = '';
    for await (const output of think(cloud, { model, instructions, turns, tools: [delegate], signal })) {
      if (output.type === 'call') {
        this.#parts.delegate();
        return;
      }
      sentence += output.text;
      if (!SENTENCE_END.test(sentence)) continue;
      await this.#say(sentence, signal);
      sentence = '';
    }
    await this.#say(sentence, signal);
  }

  async #say(text: string, signal: AbortSignal): Promise<void> {
    if (!text.trim() || signal.aborted) return;
    const { cloud, mouth, voice, sampleRate } = this.#parts;
    const { samples } = await cloud.voice.speak(text.trim(), { voice, sampleRate, signal });
    if (signal.aborted) return;
    cloud.tell('voice', 'speech-ready', { samples: samples.length, sampleRate });
    mouth.say(text, samples);
  }

  #enqueue(task: () => Promise<void>): void {
    this.#talking = this.#talking.then(task).catch((error: unknown) => {
      this.#parts.cloud.tell('error', 'reply-failed', { message: serviceErrorOf(error).message });
    });
  }
}
