import type { APIConnectOptions } from '@livekit/agents';
import { SessionTerms, StreamingSTT, StreamingSTTStream } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { flux } from './flux.ts';
import { resolveTurns, turnQuery, type STTv2Options, type TurnOptions } from './options.ts';

/**
 * Deepgram's Flux, which knows when a turn is over, and with `eagerEotThreshold` guesses it: the transcript of the guess
 * is a PREFLIGHT_TRANSCRIPT, which AgentSession starts an answer with.
 *
 * @example
 * ```ts
 * const stt = new STTv2({ eagerEotThreshold: 0.5, keyterms: ['Patchbay'] });
 * ```
 */
export class STTv2 extends StreamingSTT<TurnOptions> {
  readonly label = 'deepgram.STTv2';
  readonly #terms: SessionTerms;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTv2Options> = {}) {
    const turns = resolveTurns(options);
    const { endpointUrl, ...connect } = options;
    super({
      ...routeFor('turns', { ...connect, ...(endpointUrl ? { baseUrl: endpointUrl } : {}) }, turns.model),
      wire: flux,
      options: turns,
      capabilities: { streaming: true, interimResults: true, alignedTranscript: 'word', keyterms: true },
      sampleRate: turns.sampleRate,
      modelOf: ({ model }) => model,
      queryOf: turnQuery,
      languageOf: ({ language = 'en' }) => language,
    });
    this.#terms = new SessionTerms(turns.keyterms);
  }

  override get provider(): string {
    return 'Deepgram';
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStreamV2 {
    return this.track(new SpeechStreamV2(this, this.options, options.connOptions));
  }

  /** Holds for streams that are open too; thresholds, keyterms and language hints without a new socket. */
  updateOptions(options: Partial<STTv2Options>): void {
    const { keyterms } = options;
    resolveTurns(options, this.options);
    this.#change(keyterms === undefined ? options : { ...options, keyterms: this.#terms.ofUser(keyterms) });
  }

  override _updateSessionKeyterms(terms: string[]): void {
    const keyterms = this.#terms.ofSession(terms);
    if (keyterms !== undefined) this.#change({ keyterms });
  }

  #change(options: Partial<STTv2Options>): void {
    this.setOptions(resolveTurns(options, this.options));
    for (const stream of this.streams) if (stream instanceof SpeechStreamV2) stream.updateOptions(options);
  }
}

/** One stream of audio to turns. */
export class SpeechStreamV2 extends StreamingSTTStream<TurnOptions> {
  readonly label = 'deepgram.SpeechStreamv2';

  /** Holds for this stream alone. */
  updateOptions(options: Partial<STTv2Options>): void {
    this.changeOptions(resolveTurns(options, this.options));
  }
}
