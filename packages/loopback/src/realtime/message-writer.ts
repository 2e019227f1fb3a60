import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { words } from '../mind/words.ts';
import { encodeSamples, sampleRateOf } from './audio.ts';
import { applyTruncation } from './conversation.ts';
import type { Entry, SpokenWord } from './conversation.ts';
import type { AssistantMessage, AudioFormat, Part, Send } from './events.ts';

const PIECE_MS = 100;

export interface MessagePlace {
  response_id: string;
  output_index: number;
  item_id: string;
}

export interface SpeechSettings {
  format: AudioFormat;
  voice: string;
  speed: number;
}

/** One assistant message while it is being produced: its content part, its deltas, and how they end. */
export class MessageWriter {
  readonly entry: Entry;
  readonly #item: AssistantMessage;
  readonly #cloud: Cloud;
  readonly #send: Send;
  readonly #signal: AbortSignal;
  readonly #place: MessagePlace & { content_index: number };
  /** `undefined`: the message is text. */
  readonly #speech: SpeechSettings | undefined;
  readonly #audio: Buffer[] = [];
  readonly #spoken: SpokenWord[] = [];
  /** Text that waits for its sentence to be complete. */
  #sentence = '';
  #text = '';
  #samples = 0;
  #open = false;

  constructor(cloud: Cloud, send: Send, signal: AbortSignal, place: MessagePlace, speech: SpeechSettings | undefined) {
    this.#cloud = cloud;
    this.#send = send;
    this.#signal = signal;
    this.#place = { ...place, content_index: 0 };
    this.#speech = speech;
    this.#item = {
      id: place.item_id,
      object: 'realtime.item',
      type: 'message',
      status: 'in_progress',
      role: 'assistant',
      content: [],
    };
    this.entry = { item: this.#item, audioMs: 0, ...(speech ? { spoken: this.#spoken } : {}) };
  }

  /** Characters produced. */
  get length(): number {
    return this.#text.length;
  }

  async write(text: string): Promise<void> {
    if (!this.#open) this.#begin();
    if (!this.#speech) {
      this.#text += text;
      this.#send({ type: 'response.output_text.delta', ...this.#place, delta: text });
      return;
    }
    this.#sentence += text;
    if (/[.!?…]["'”’)]*\s*$/.test(this.#sentence)) await this.flush();
  }

  /** Says what has been written and not yet said. */
  async flush(): Promise<void> {
    const sentence = this.#sentence;
    this.#sentence = '';
    if (!this.#speech || !sentence.trim() || this.#signal.aborted) return;
    const { format, voice, speed } = this.#speech;
    const sampleRate = sampleRateOf(format);
    const speech = await this.#cloud.voice.speak(sentence.trim(), { voice, sampleRate, speed, signal: this.#signal });
    const pieceSamples = (sampleRate * PIECE_MS) / 1_000;
    const millisecondsOf = (samples: number): number => Math.floor((samples * 1_000) / sampleRate);
    const waiting = place(words(sentence), this.entry.audioMs, millisecondsOf(this.#samples + speech.samples.length));
    for (let start = 0; start < speech.samples.length && !this.#signal.aborted; start += pieceSamples) {
      const piece = speech.samples.subarray(start, start + pieceSamples);
      this.#samples += piece.length;
      const endMs = millisecondsOf(this.#samples);
      // The transcript of a word goes ahead of its audio, as in the live service.
      while (waiting[0] && waiting[0].startMs < endMs) this.#sendWord(waiting.shift()!);
      this.#sendPiece(piece, format, endMs);
      await sleep(this.#cloud.clock, this.#cloud.pace.audioMs, this.#signal);
    }
    const name = this.#signal.aborted ? 'speech-aborted' : 'speech-sent';
    this.#cloud.tell('voice', name, { samples: speech.samples.length, sampleRate });
  }

  /** Closes the content part. What an interruption cut off is not in it. */
  end(status: 'completed' | 'incomplete'): void {
    if (!this.#open) this.#begin();
    this.#item.status = status;
    if (this.#speech) {
      const transcript = this.#text.trimEnd();
      this.#send({ type: 'response.output_audio.done', ...this.#place });
      this.#send({ type: 'response.output_audio_transcript.done', ...this.#place, transcript });
      this.#item.content = [{ type: 'output_audio', transcript }];
      this.entry.audio = Buffer.concat(this.#audio);
      applyTruncation(this.entry);
    } else {
      this.#send({ type: 'response.output_text.done', ...this.#place, text: this.#text });
      this.#item.content = [{ type: 'output_text', text: this.#text }];
    }
    this.#send({ type: 'response.content_part.done', ...this.#place, part: this.#part() });
  }

  #begin(): void {
    this.#open = true;
    this.#send({ type: 'response.content_part.added', ...this.#place, part: this.#part() });
  }

  #part(): Part {
    const text = this.#text.trimEnd();
    return this.#speech ? { type: 'audio', transcript: text } : { type: 'text', text: this.#text };
  }

  #sendWord(word: SpokenWord): void {
    this.#text += word.text;
    this.#spoken.push(word);
    this.#send({ type: 'response.output_audio_transcript.delta', ...this.#place, delta: word.text });
  }

  #sendPiece(samples: Int16Array, format: AudioFormat, endMs: number): void {
    const bytes = encodeSamples(samples, format);
    if (this.#audio.length === 0) this.#cloud.tell('voice', 'first-audio-sent', { itemId: this.#item.id });
    this.#audio.push(bytes);
    this.entry.audioMs = endMs;
    this.#send({ type: 'response.output_audio.delta', ...this.#place, delta: bytes.toString('base64') });
  }
}

/** Where each word of a sentence stands in the audio: by its share of the letters. */
export function place(texts: readonly string[], startMs: number, endMs: number): SpokenWord[] {
  const letters = texts.reduce((sum, text) => sum + text.length, 0);
  const at = (position: number): number => startMs + Math.floor(((endMs - startMs) * position) / letters);
  let before = 0;
  return texts.map((text) => {
    const start = before;
    before += text.length;
    return { text, startMs: at(start), endMs: at(before) };
  });
}
