import { SocketChunkedStream, StreamingTTSStream, tokenizerOf, VoiceTTS } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { resolveSpeaking, type SpeakOptions, type TTSOptions } from './options.ts';
import { speak } from './speak.ts';

/**
 * Soniox's voices: up to five turns side by side on a socket, each spoken while it is still being written.
 *
 * @example
 * ```ts
 * const tts = new TTS({ voice: 'Adrian', language: 'es' });
 * ```
 */
export class TTS extends VoiceTTS<SpeakOptions, SynthesizeStream, ChunkedStream> {
  label = 'soniox.TTS';

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<TTSOptions> = {}) {
    const speaking = resolveSpeaking(options);
    super({
      ...routeFor('voice', options, speaking.model, options.websocketUrl),
      provider: 'Soniox',
      wire: speak,
      options: speaking,
      resolve: resolveSpeaking,
      tokenizer: tokenizerOf('tokenizer', options.tokenizer),
      alignedTranscriptOf: ({ returnTimestamps }) => returnTimestamps === true,
      ...{ SynthesizeStream, ChunkedStream },
    });
  }
}

/** One stream of text to audio. */
export class SynthesizeStream extends StreamingTTSStream<SpeakOptions> {
  label = 'soniox.SynthesizeStream';
}

/** One text on its way to audio. */
export class ChunkedStream extends SocketChunkedStream<SpeakOptions> {
  label = 'soniox.ChunkedStream';
}
