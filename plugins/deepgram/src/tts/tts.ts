import { SocketChunkedStream, StreamingTTSStream, tokenizerOf, VoiceTTS } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { aura } from './aura.ts';
import { resolveSpeaking, voiceQuery, type SpeakOptions, type TTSOptions } from './options.ts';

/**
 * Deepgram's Aura voices, over `/v1/speak`: text is spoken while it is still being written, sentence by sentence.
 *
 * @example
 * ```ts
 * const tts = new TTS({ model: 'aura-2-thalia-en', speed: 1.1 });
 * ```
 */
export class TTS extends VoiceTTS<SpeakOptions, SynthesizeStream, ChunkedStream> {
  label = 'deepgram.TTS';

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<TTSOptions> = {}) {
    const speaking = resolveSpeaking(options);
    super({
      ...routeFor('voice', options, speaking),
      provider: 'Deepgram',
      wire: aura,
      options: speaking,
      resolve: resolveSpeaking,
      tokenizer: tokenizerOf('sentenceTokenizer', options.sentenceTokenizer),
      queryOf: voiceQuery,
      streaming: options.capabilities?.streaming ?? true,
      ...{ SynthesizeStream, ChunkedStream },
    });
  }
}

/** One stream of text to audio. */
export class SynthesizeStream extends StreamingTTSStream<SpeakOptions> {
  label = 'deepgram.SynthesizeStream';
}

/** One text on its way to audio. */
export class ChunkedStream extends SocketChunkedStream<SpeakOptions> {
  label = 'deepgram.ChunkedStream';
}
