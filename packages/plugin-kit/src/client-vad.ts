import { VADEventType, type VAD, type VADEvent, type VADStream } from '@livekit/agents';
import { monoFrame } from './audio-frame.ts';
import { logger } from './logging.ts';

/** Positions are milliseconds of the audio that was pushed. */
export interface ClientVadHandlers {
  /** `atMs`: where the voice begins. */
  started(atMs: number): void;
  /** `silentMs`: how long nobody has spoken, up to `atMs`. */
  stopped(silentMs: number, atMs: number): void;
  /** It has judged more of what was pushed. */
  judged?(): void;
  /** It will say nothing any more, and nobody here has closed it. */
  failed?(error: unknown): void;
}

/**
 * A LiveKit VAD beside a transcription that finds no end of speech by itself. It is fed the very chunks that go to the
 * provider: one rate, one channel, so what it says fits what was sent. Its events' frames are never read: they are
 * windows of a buffer that LiveKit overwrites (livekit/agents-js#2254, #449). How long they are tells where in the
 * audio the VAD is, because it lags behind: a recording may have been pushed whole before it says its first word.
 */
export class ClientVad {
  readonly #stream: VADStream;
  readonly #sampleRate: number;
  readonly #handlers: ClientVadHandlers;
  #pushedMs = 0;
  #judgedMs: number | undefined;
  #speaking = false;
  #closed = false;

  constructor(vad: VAD, sampleRate: number, handlers: ClientVadHandlers) {
    this.#sampleRate = sampleRate;
    this.#handlers = handlers;
    this.#stream = vad.stream();
    void this.#listen();
  }

  get isSpeaking(): boolean {
    return this.#speaking;
  }

  get pushedMs(): number {
    return this.#pushedMs;
  }

  /** How much of it has been judged; `undefined` from a VAD that has not told yet, and some never do. */
  get judgedMs(): number | undefined {
    return this.#judgedMs;
  }

  /** PCM that may be overwritten afterwards. */
  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    // A frame of its own: LiveKit's resampler reads a frame's whole buffer, whatever its offset is.
    const samples = new Int16Array(bytes.byteLength >> 1);
    new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
    this.#pushedMs += (samples.length * 1000) / this.#sampleRate;
    try {
      this.#stream.pushFrame(monoFrame(samples, this.#sampleRate));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Never `endInput()`: in LiveKit 1.9 it throws, because the writer holds the lock. A flush wakes its reader, which then sees the end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#stream.flush();
      this.#stream.close();
    } catch {
      // Closed by somebody else, which is all we want.
    }
  }

  async #listen(): Promise<void> {
    try {
      for await (const event of this.#stream) {
        if (this.#closed) return;
        this.#hear(event);
      }
      this.#fail(new Error('it was closed by somebody else'));
    } catch (error) {
      this.#fail(error);
    }
  }

  #hear(event: VADEvent): void {
    const { type, speechDuration, silenceDuration } = event;
    if (type === VADEventType.INFERENCE_DONE) {
      const judgedMs = event.frames.reduce(
        (sum, frame) => sum + (frame.samplesPerChannel * 1000) / frame.sampleRate,
        0,
      );
      this.#judgedMs = (this.#judgedMs ?? 0) + judgedMs;
      this.#handlers.judged?.();
    } else if (type === VADEventType.START_OF_SPEECH) {
      this.#speaking = true;
      this.#handlers.started(Math.max(0, this.#positionMs - (speechDuration || 0)));
    } else if (type === VADEventType.END_OF_SPEECH) {
      this.#speaking = false;
      this.#handlers.stopped(silenceDuration, this.#positionMs);
    }
  }

  get #positionMs(): number {
    return this.#judgedMs ?? this.#pushedMs;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#speaking = false;
    logger()?.error({ error }, 'the VAD of a speech-to-text stream failed');
    this.#handlers.failed?.(error);
  }
}
