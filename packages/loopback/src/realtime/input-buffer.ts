import { invalidRequest } from '../http/errors.ts';
import type { Ear } from '../voice/types.ts';
import { bytesPerMs, decodeSamples, sampleRateOf } from './audio.ts';
import type { InputAudio, TurnDetection } from './events.ts';
import { Hearing } from './hearing.ts';
import { VoiceActivity } from './vad.ts';
import type { VadEdge } from './vad.ts';

/** Audio is judged in slices, so that an utterance that ends inside a long append ends there. */
const SLICE_MS = 20;
const MIN_COMMIT_MS = 100;
/** Before speech begins no more than this is kept. */
const LEAD_MS = 2_000;

export interface InputEvents {
  onSpeechStarted(atMs: number): void;
  /** The turn ends. */
  onSpeechStopped(atMs: number): void;
  onText(text: string, itemId: string): void;
}

export interface Committed {
  itemId: string;
  audio: Buffer;
  audioMs: number;
  heard: Promise<string>;
}

/** The input audio buffer of a session, with its turn detection and its ear. */
export class InputBuffer {
  readonly #ear: Ear;
  readonly #events: InputEvents;
  readonly #newId: () => string;
  /** The item that the next commit makes. */
  itemId: string;
  #settings: InputAudio;
  #vad: VoiceActivity | undefined;
  #hearing: Hearing;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #receivedMs = 0;
  /** The first byte of a sample whose second has not come. */
  #rest: Buffer = Buffer.alloc(0);
  /** Heard of the current utterance: semantic turn detection asks whether it is a whole sentence. */
  #text = '';

  constructor(ear: Ear, settings: InputAudio, newId: () => string, events: InputEvents) {
    this.#ear = ear;
    this.#settings = settings;
    this.#newId = newId;
    this.#events = events;
    this.itemId = newId();
    this.#hearing = this.#listen();
    this.#vad = this.#detect();
  }

  /** Milliseconds of all audio received. */
  get receivedMs(): number {
    return Math.round(this.#receivedMs);
  }

  get bufferedMs(): number {
    return this.#bytes / bytesPerMs(this.#settings.format);
  }

  get speaking(): boolean {
    return this.#vad?.speaking ?? false;
  }

  configure(settings: InputAudio): void {
    const previous = this.#settings;
    this.#settings = settings;
    if (previous.format.type !== settings.format.type) {
      this.#hearing.close();
      this.#drop();
      this.#hearing = this.#listen();
      this.#vad = this.#detect();
    } else if (JSON.stringify(previous.turn_detection) !== JSON.stringify(settings.turn_detection)) {
      this.#vad = this.#detect();
    }
  }

  append(audio: Buffer): void {
    const { format } = this.#settings;
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, audio]) : audio;
    const whole = format.type === 'audio/pcm' ? bytes.length & ~1 : bytes.length;
    this.#rest = bytes.subarray(whole);
    const sliceBytes = SLICE_MS * bytesPerMs(format);
    for (let start = 0; start < whole; start += sliceBytes) {
      this.#appendSlice(bytes.subarray(start, Math.min(start + sliceBytes, whole)));
    }
  }

  /** Makes an item of what is buffered. Throws when that is less than 100 ms, unless the server itself commits. */
  commit(options: { byServer?: boolean } = {}): Committed {
    const audioMs = Math.round(this.bufferedMs);
    if (!options.byServer && this.bufferedMs < MIN_COMMIT_MS) {
      throw invalidRequest(
        `Error committing input audio buffer: buffer too small. Expected at least ${MIN_COMMIT_MS}ms of audio, ` +
          `but buffer only has ${this.bufferedMs.toFixed(2)}ms of audio.`,
        { code: 'input_audio_buffer_commit_empty' },
      );
    }
    const { itemId } = this;
    const audio = Buffer.concat(this.#pieces);
    this.#drop();
    this.#vad?.quiet();
    this.itemId = this.#newId();
    const heard = this.#hearing.end(this.itemId);
    // Whoever transcribes reports a failing ear; a reply does without.
    heard.catch(() => {});
    return { itemId, audio, audioMs, heard };
  }

  clear(): void {
    this.#drop();
    this.#vad?.quiet();
    this.#hearing.forget();
  }

  close(): void {
    this.#hearing.close();
  }

  #appendSlice(bytes: Buffer): void {
    const { format, turn_detection: turnDetection } = this.#settings;
    const samples = decodeSamples(bytes, format);
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    this.#receivedMs += bytes.length / bytesPerMs(format);
    this.#hearing.push(samples);
    this.#vad?.push(samples, (edge) => this.#onEdge(edge));
    if (turnDetection && !this.speaking) this.#keepLast(LEAD_MS);
  }

  /** Silence before speech is not part of a turn. */
  #keepLast(milliseconds: number): void {
    const bytes = milliseconds * bytesPerMs(this.#settings.format);
    while (this.#pieces.length > 0 && this.#bytes - this.#pieces[0]!.length >= bytes) {
      this.#bytes -= this.#pieces.shift()!.length;
    }
  }

  #onEdge(edge: VadEdge): void {
    const { turn_detection: turnDetection } = this.#settings;
    if (edge.type === 'started') {
      this.#hearing.begin();
      const padding = turnDetection?.type === 'server_vad' ? turnDetection.prefix_padding_ms : 300;
      const startMs = Math.max(0, edge.atMs - padding);
      this.#keepLast(this.#receivedMs - startMs);
      this.#events.onSpeechStarted(startMs);
      return;
    }
    if (turnDetection && this.speaking && edge.silentMs >= silenceThatEnds(turnDetection, this.#text)) {
      this.#vad?.quiet();
      this.#events.onSpeechStopped(edge.atMs);
    }
  }

  #listen(): Hearing {
    return new Hearing(this.#ear, sampleRateOf(this.#settings.format), this.itemId, (text, itemId) => {
      if (itemId === this.itemId) this.#text += text;
      this.#events.onText(text, itemId);
    });
  }

  #detect(): VoiceActivity | undefined {
    const { turn_detection: turnDetection, format } = this.#settings;
    if (!turnDetection) return undefined;
    const threshold = turnDetection.type === 'server_vad' ? turnDetection.threshold : 0.5;
    return new VoiceActivity(sampleRateOf(format), { threshold }, this.#receivedMs);
  }

  #drop(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#text = '';
  }
}

/** How long semantic turn detection waits after a sentence that is complete, and after one that trails off. */
const SEMANTIC_SILENCE_MS = {
  high: { complete: 200, open: 600 },
  auto: { complete: 300, open: 1_000 },
  medium: { complete: 300, open: 1_000 },
  low: { complete: 600, open: 2_000 },
} as const;

/**
 * The silence that ends a turn. The live service asks a model whether the user has finished; here punctuation decides,
 * with the same order of eagerness. https://developers.openai.com/api/docs/guides/realtime-vad
 */
function silenceThatEnds(turnDetection: TurnDetection, text: string): number {
  if (turnDetection.type === 'server_vad') return turnDetection.silence_duration_ms;
  const { complete, open } = SEMANTIC_SILENCE_MS[turnDetection.eagerness];
  return /[.?!]["'”’)]*\s*$/.test(text) ? complete : open;
}
