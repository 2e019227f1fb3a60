import type { APIConnectOptions, APIError, tts } from '@livekit/agents';
import { currentRuntime } from '@patchbay/ws-session';
import { checkTimeout } from './check-options.ts';
import { guardedEmit } from './guarded-emit.ts';
import { Patience } from './patience.ts';

/**
 * What every attempt at speech keeps to: `Retry-After` is waited for, nothing is said twice, and who calls it off hears of
 * no error. LiveKit tells of the last failure; those that are followed by another attempt are told here, as recoverable
 * errors: the sentence is late, and not lost.
 */
export class SpeechAttempts {
  readonly #model: tts.TTS;
  readonly #maxRetry: number;
  readonly #timeoutMs: number;
  readonly #clock = currentRuntime().clock;
  readonly #patience: Patience;
  #count = 0;

  constructor(model: tts.TTS, { maxRetry, timeoutMs }: APIConnectOptions) {
    this.#model = model;
    this.#maxRetry = maxRetry;
    this.#timeoutMs = timeoutMs;
    this.#patience = new Patience(this.#clock, timeoutMs);
  }

  /** `wasHeard`: from then on a second attempt would say the beginning again. Whatever is thrown is one of LiveKit's errors. */
  async make(signal: AbortSignal, attempt: () => Promise<void>, wasHeard: () => boolean): Promise<void> {
    this.#count++;
    try {
      checkTimeout('connOptions.timeoutMs', this.#timeoutMs);
      await this.#patience.wait(signal);
      if (!signal.aborted) await attempt();
    } catch (error) {
      if (signal.aborted) return;
      const failure = this.#patience.judge(error, wasHeard() ? { retryable: false } : {});
      if (failure.retryable && this.#count <= this.#maxRetry) this.#tell(failure);
      throw failure;
    }
  }

  #tell(error: APIError): void {
    const { label } = this.#model;
    const timestamp = this.#clock.wallClock();
    const payload: Parameters<tts.TTSCallbacks['error']>[0] = {
      ...{ type: 'tts_error', timestamp, label, error },
      recoverable: true,
    };
    guardedEmit(this.#model, 'error', payload);
  }
}
