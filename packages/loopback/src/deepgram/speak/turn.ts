import { isSpeakable } from '../../speech/mouth.ts';
import { Sentences } from '../../speech/sentences.ts';
import type { TurnMetadata } from './events.ts';

/** One reply of an agent, from its first word to its `Flush`. */
export class SpeechTurn {
  readonly id: string;
  readonly #sentences = new Sentences();
  #text = '';
  /** How far the text has been handed to the voice. */
  #handed = 0;
  /** Milliseconds of audio, and which text they say: `until` is exclusive. */
  readonly #spans: { from: number; until: number; milliseconds: number }[] = [];

  constructor(id: string) {
    this.id = id;
  }

  get characters(): number {
    return this.#text.length;
  }

  get milliseconds(): number {
    return this.#spans.reduce((sum, span) => sum + span.milliseconds, 0);
  }

  get isSpeakable(): boolean {
    return isSpeakable(this.#text);
  }

  /** Sentences that are complete now. */
  add(text: string): string[] {
    this.#text += text;
    return this.#sentences.add(text);
  }

  /** What was not handed on yet. */
  rest(): string {
    return this.#sentences.rest();
  }

  /** The voice begins with this piece of the text. */
  begin(piece: string): void {
    this.#spans.push({ from: this.#handed, until: this.#handed + piece.length, milliseconds: 0 });
    this.#handed += piece.length;
  }

  spoke(milliseconds: number): void {
    this.#spans.at(-1)!.milliseconds += milliseconds;
  }

  /** What had been heard of the text after so many milliseconds of it, in whole words, and what had not. */
  splitAt(milliseconds: number): { spoken: string; remaining: string } {
    let left = milliseconds;
    let end = 0;
    for (const span of this.#spans) {
      if (left <= 0) break;
      const share = span.milliseconds > 0 ? Math.min(1, left / span.milliseconds) : 0;
      end = share === 1 ? span.until : span.from + Math.floor((span.until - span.from) * share);
      left -= span.milliseconds;
    }
    const isInside = /\S\S/.test(this.#text.slice(Math.max(0, end - 1), end + 1));
    const cut = isInside ? this.#text.slice(0, end).search(/\S+$/) : end;
    return { spoken: this.#text.slice(0, cut), remaining: this.#text.slice(cut) };
  }

  metadata(milliseconds: number = this.milliseconds): TurnMetadata {
    return {
      speech_id: this.id,
      audio_duration_ms: Math.round(milliseconds),
      input_character_count: this.characters,
      billable_character_count: this.characters,
      controls_applied: { pronunciations_applied: 0, breaks_applied: 0, pronunciation_warnings: 0 },
    };
  }
}
