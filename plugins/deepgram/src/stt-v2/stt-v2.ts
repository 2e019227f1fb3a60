import type { APIConnectOptions } from '@livekit/agents';
import { UpdatableSTT, UpdatableSTTStream } from '@patchbay/plugin-kit';
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
export class STTv2 extends UpdatableSTT<TurnOptions, Partial<TurnOptions>> {
  readonly label = 'deepgram.STTv2';

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTv2Options> = {}) {
    const turns = resolveTurns(options);
    super({
      ...routeFor('turns', options, turns, options.endpointUrl),
      provider: 'Deepgram',
      wire: flux,
      options: turns,
      capabilitiesOf: () => ({ streaming: true, interimResults: true, alignedTranscript: 'word', keyterms: true }),
      resolve: resolveTurns,
      termsIn: ({ keyterms }) => keyterms,
      withTerms: (keyterms) => ({ keyterms }),
      queryOf: turnQuery,
      languageOf: ({ language }) => language ?? 'en',
    });
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStreamV2 {
    return this.track(new SpeechStreamV2(this, this.options, options.connOptions));
  }
}

/** One stream of audio to turns. */
export class SpeechStreamV2 extends UpdatableSTTStream<TurnOptions, Partial<TurnOptions>> {
  readonly label = 'deepgram.SpeechStreamv2';
}
