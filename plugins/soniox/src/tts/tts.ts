import type { APIConnectOptions } from '@livekit/agents';
import { SocketChunkedStream, StreamingTTSStream, tokenizerOf, UpdatableTTS } from '@patchbay/plugin-kit';
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
export class TTS extends UpdatableTTS<SpeakOptions> {
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
    });
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SynthesizeStream {
    return this.track(new SynthesizeStream(this, this.options, options.connOptions));
  }

  override synthesize(text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal): ChunkedStream {
    return this.track(new ChunkedStream(text, this, this.options, connOptions, abortSignal));
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
