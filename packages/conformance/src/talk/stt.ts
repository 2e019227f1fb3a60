import { stt } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';
import { Microphone } from '../microphone.ts';
import { deliveryOf, question } from '../words.ts';
import { untilSettled } from './talk.ts';
import type { Talk, TalkParts, Turn, TurnOptions } from './talk.ts';

/** A call: one stream that hears everything, from a microphone that is never off. */
export class STTTalk implements Talk {
  readonly #parts: TalkParts;
  readonly #model: stt.STT;
  readonly #microphone: Microphone;
  #stream: stt.SpeechStream | undefined;
  #text = '';
  #events = 0;
  #ended = false;
  #closed = false;
  #heard: (() => void) | undefined;
  #told: ((transcript: string) => void) | undefined;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#model = parts.model as stt.STT;
    this.#microphone = new Microphone(parts.clock, (frame) => this.#push(frame), { views: parts.views });
  }

  open(): void {
    this.#parts.ears.attend(this.#model, { errors: !this.#parts.deaf });
    this.#listen();
    this.#microphone.start();
  }

  async turn({ heard }: TurnOptions = {}): Promise<Turn> {
    if (this.#ended) this.#listen();
    this.#text = '';
    this.#heard = heard;
    await this.#microphone.say(question);
    const endedAt = await untilSettled(this.#parts, {
      isDone: () => this.#ended || this.#closed || this.#text.trim() === question,
      progress: () => this.#events,
    });
    return { ...heardOf(this.#text), endedAt };
  }

  say(samples: Int16Array, told: (transcript: string) => void): void {
    this.#told = told;
    this.#microphone.play(samples);
  }

  interrupt(): void {
    this.#stream?.close();
  }

  things(): object[] {
    return this.#stream ? [this.#stream] : [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#microphone.stop();
    this.#stream?.close();
  }

  #push(frame: AudioFrame): void {
    if (!this.#ended && !this.#closed) this.#stream?.pushFrame(frame);
  }

  #listen(): void {
    const stream = this.#model.stream({ connOptions: this.#parts.connOptions });
    this.#stream = stream;
    this.#ended = false;
    void this.#read(stream);
  }

  async #read(stream: stt.SpeechStream): Promise<void> {
    for await (const { type, alternatives, requestId = '' } of stream) {
      this.#parts.ears.ids.add(requestId);
      // Some services charge for silence, and say so.
      if (type === stt.SpeechEventType.RECOGNITION_USAGE) continue;
      this.#events++;
      this.#heard?.();
      if (type !== stt.SpeechEventType.FINAL_TRANSCRIPT) continue;
      const transcript = alternatives?.[0].text ?? '';
      this.#text += ` ${transcript}`;
      this.#told?.(transcript);
    }
    if (this.#stream === stream) this.#ended = true;
  }
}

/** Of speech whose beginning is lost the rest is no other text. */
function heardOf(text: string): ReturnType<typeof deliveryOf> {
  const rest = text.trim();
  return rest !== '' && question.endsWith(rest) && rest !== question
    ? { delivers: 'part' }
    : deliveryOf(question, text);
}

/** A piece of speech per request. */
export class RecognitionTalk implements Talk {
  readonly #parts: TalkParts;
  readonly #model: stt.STT;
  #abort = new AbortController();

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#model = parts.model as stt.STT;
  }

  open(): void {
    this.#parts.ears.attend(this.#model, { errors: !this.#parts.deaf });
  }

  async turn({ heard }: TurnOptions = {}): Promise<Turn> {
    const { ears, clock, views } = this.#parts;
    const { samples, sampleRate } = await plainVoice.speak(question);
    const long = new Int16Array(samples.length * 3).fill(12_345);
    long.set(samples, samples.length);
    const data = views ? long.subarray(samples.length, 2 * samples.length) : samples;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    let text = '';
    try {
      const frame = new AudioFrame(data, sampleRate, 1, samples.length);
      const event = await this.#model.recognize(frame, signal);
      heard?.();
      ears.ids.add(event.requestId ?? '');
      text = event.alternatives?.[0].text ?? '';
    } catch (error) {
      // Who closes the model is told so by the promise, and that is no failure.
      if (!signal.aborted && codeOf(error) !== 'aborted') ears.rejected(error, true);
    }
    return { ...deliveryOf(question, text), endedAt: clock.now() };
  }

  interrupt(): void {
    this.#abort.abort();
  }

  things(): object[] {
    return [];
  }

  async close(): Promise<void> {
    this.interrupt();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code;
}
