import type { APIConnectOptions } from '@livekit/agents';
import { StreamingSTT, StreamingSTTStream } from '@patchbay/plugin-kit';
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
  #ownKeyterms: readonly string[];
  #sessionKeyterms: readonly string[] = [];

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
    this.#ownKeyterms = turns.keyterms;
  }

  override get provider(): string {
    return 'Deepgram';
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStreamV2 {
    return this.track(new SpeechStreamV2(this, this.options, options.connOptions));
  }

  /** Holds for streams that are open too; thresholds, keyterms and language hints without a new socket. */
  updateOptions(options: Partial<STTv2Options>): void {
    if (options.keyterms !== undefined) this.#ownKeyterms = options.keyterms;
    const keyterms = [...new Set([...this.#ownKeyterms, ...this.#sessionKeyterms])];
    const turns = resolveTurns({ ...options, keyterms }, this.options);
    this.setOptions(turns);
    for (const stream of this.streams) if (stream instanceof SpeechStreamV2) stream.change(turns);
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    this.#sessionKeyterms = [...keyterms];
    this.updateOptions({});
  }
}

/** One stream of audio to turns. */
export class SpeechStreamV2 extends StreamingSTTStream<TurnOptions> {
  readonly label = 'deepgram.SpeechStreamv2';

  /** Holds for this stream alone. */
  updateOptions(options: Partial<STTv2Options>): void {
    this.change(resolveTurns(options, this.options));
  }

  /** @internal */
  change(options: TurnOptions): void {
    this.changeOptions(options);
  }
}
