import { SocketChunkedStream, StreamingTTSStream, tokenizerOf, VoiceTTS } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { fluxVoice } from './flux-voice.ts';
import { fluxVoiceQuery, resolveFluxSpeaking, type FluxSpeakOptions, type TTSv2Options } from './options.ts';

/**
 * Deepgram's Flux voices, over `/v2/speak`: text is sent word by word as it is written. The service remembers how it spoke
 * on a socket, so that the turns of a conversation sound alike.
 *
 * @example
 * ```ts
 * const tts = new TTSv2({ model: 'flux-haley-en' });
 * ```
 */
export class TTSv2 extends VoiceTTS<FluxSpeakOptions, SynthesizeStreamV2, ChunkedStreamV2> {
  label = 'deepgram.TTSv2';

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<TTSv2Options> = {}) {
    const speaking = resolveFluxSpeaking(options);
    super({
      ...routeFor('turnVoice', options, speaking),
      provider: 'Deepgram',
      wire: fluxVoice,
      options: speaking,
      resolve: resolveFluxSpeaking,
      queryOf: fluxVoiceQuery,
      ...(options.wordTokenizer ? { tokenizer: tokenizerOf('wordTokenizer', options.wordTokenizer) } : {}),
      ...{ SynthesizeStream: SynthesizeStreamV2, ChunkedStream: ChunkedStreamV2 },
    });
  }
}

/** One stream of text to audio. */
export class SynthesizeStreamV2 extends StreamingTTSStream<FluxSpeakOptions> {
  label = 'deepgram.SynthesizeStreamv2';
}

/** One text on its way to audio. */
export class ChunkedStreamV2 extends SocketChunkedStream<FluxSpeakOptions> {
  label = 'deepgram.ChunkedStreamv2';
}
