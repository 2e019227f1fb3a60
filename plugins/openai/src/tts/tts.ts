import type { APIConnectOptions } from '@livekit/agents';
import { HttpChunkedStream, HttpTTS } from '@patchbay/plugin-kit';
import { fromAzure, type WithAzure } from '../azure.ts';
import { routeTo } from '../endpoint.ts';
import { checkSpeaking, speakingIn, type Speaking, type TTSOptions } from './options.ts';
import { sampleRate, speech } from './wire.ts';

/**
 * OpenAI's text to speech: heard while it is still being made. 24 kHz, mono.
 *
 * @example
 * ```ts
 * const tts = new TTS({ model: 'gpt-4o-mini-tts', voice: 'ash', instructions: 'Friendly, and not too fast.' });
 * ```
 */
export class TTS extends HttpTTS<Speaking> {
  label = 'openai.TTS';

  constructor(options: Partial<TTSOptions> = {}) {
    checkSpeaking(options);
    const { model = 'tts-1', voice = 'alloy', speed = 1, responseFormat = 'pcm' } = options;
    const { instructions, streamFormat, extraBody } = options;
    const route = routeTo('speech', options, model);
    super({
      ...route,
      wire: speech(route.connection),
      options: { model, voice, speed, instructions, responseFormat, streamFormat, extraBody },
      sampleRate,
      formatOf: (now) => now.responseFormat,
      modelOf: (now) => now.model,
    });
  }

  /**
   * A deployment of Azure OpenAI. `model` (default `gpt-4o-mini-tts`) says what was deployed, `azureDeployment` is its
   * name there. Default `voice`: `ash`.
   *
   * @throws PatchbayError that says what to set.
   */
  static withAzure(options: WithAzure<TTSOptions> = {}): TTS {
    const connected = fromAzure(options);
    const { model = 'gpt-4o-mini-tts', voice = 'ash' } = options;
    return new TTS({ ...connected, model, voice });
  }

  /**
   * Holds for texts from now on. Where to connect is decided at construction.
   *
   * @throws PatchbayError `invalid-option`, and nothing is changed.
   */
  updateOptions(options: Partial<Pick<TTSOptions, keyof Speaking>> = {}): void {
    checkSpeaking(options);
    this.changeOptions(speakingIn(options));
  }

  protected override createStream(
    text: string,
    options: Readonly<Speaking>,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): ChunkedStream {
    return new ChunkedStream(text, this, options, connOptions, abortSignal);
  }
}

/** One text on its way to audio, as `TTS.synthesize()` returns it. */
export class ChunkedStream extends HttpChunkedStream<Speaking> {
  label = 'openai.ChunkedStream';
}
