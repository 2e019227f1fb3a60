import { VADEventType, type VAD, type VADStream } from '@livekit/agents';
import { monoFrame } from './audio-frame.ts';
import { logger } from './logging.ts';

export interface ClientVadHandlers {
  started(): void;
  /** `silentMs`: how long nobody has spoken. */
  stopped(silentMs: number): void;
}

/**
 * A LiveKit VAD beside a transcription that finds no end of speech by itself. It is fed the very chunks that go to the
 * provider: one rate, one channel, so what it says fits what was sent. Its events' frames are never touched: they are
 * windows of a buffer that LiveKit overwrites (livekit/agents-js#2254, #449).
 */
export class ClientVad {
  readonly #stream: VADStream;
  readonly #sampleRate: number;
  #speaking = false;
  #closed = false;

  constructor(vad: VAD, sampleRate: number, handlers: ClientVadHandlers) {
    this.#sampleRate = sampleRate;
    this.#stream = vad.stream();
    void this.#listen(handlers);
  }

  get isSpeaking(): boolean {
    return this.#speaking;
  }

  /** PCM that may be overwritten afterwards. */
  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    // A frame of its own: LiveKit's resampler reads a frame's whole buffer, whatever its offset is.
    const samples = new Int16Array(bytes.byteLength >> 1);
    new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
    this.#stream.pushFrame(monoFrame(samples, this.#sampleRate));
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

  async #listen(handlers: ClientVadHandlers): Promise<void> {
    try {
      for await (const event of this.#stream) {
        if (this.#closed) return;
        if (event.type === VADEventType.START_OF_SPEECH) {
          this.#speaking = true;
          handlers.started();
        } else if (event.type === VADEventType.END_OF_SPEECH) {
          this.#speaking = false;
          handlers.stopped(event.silenceDuration);
        }
      }
    } catch (error) {
      if (!this.#closed) logger()?.error({ error }, 'the VAD of a speech-to-text stream failed');
    }
  }
}
