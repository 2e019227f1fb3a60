import type { APIConnectOptions } from '@livekit/agents';
import { guardedEmit, StreamingTTS, StreamingTTSStream, type Route } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { aura } from './aura.ts';
import { defaultTokenizer, resolveSpeaking, speakQuery, type SpeakOptions, type TTSOptions } from './options.ts';
import { Requests, type ChunkedStream } from './requests.ts';

/**
 * Deepgram's Aura voices: a stream over `/v1/speak`, whose text is spoken while it is still being written, or a request
 * per text over HTTP with `synthesize()`.
 *
 * @example
 * ```ts
 * const tts = new TTS({ model: 'aura-2-thalia-en', speed: 1.1 });
 * ```
 */
export class TTS extends StreamingTTS<SpeakOptions> {
  label = 'deepgram.TTS';
  readonly #route: Route;
  /** For texts to come; those before it may still be spoken. */
  #requests: Requests;
  readonly #before: Requests[] = [];

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<TTSOptions> = {}) {
    const speaking = resolveSpeaking(options);
    super({
      ...routeFor('voice', options, speaking.model),
      wire: aura,
      options: speaking,
      tokenizer: options.sentenceTokenizer ?? defaultTokenizer(),
      sampleRateOf: ({ sampleRate }) => sampleRate,
      modelOf: ({ model }) => model,
      queryOf: speakQuery,
      streaming: options.capabilities?.streaming ?? true,
    });
    this.#route = routeFor('speech', options, speaking.model);
    this.#requests = this.#newRequests(speaking);
  }

  override get sampleRate(): number {
    return this.options.sampleRate;
  }

  override get provider(): string {
    return 'Deepgram';
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SynthesizeStream {
    return this.track(new SynthesizeStream(this, this.options, options.connOptions));
  }

  override synthesize(text: string, connOptions?: APIConnectOptions, signal?: AbortSignal): ChunkedStream {
    return this.#requests.synthesize(text, connOptions, signal);
  }

  /** Holds for what is said from now on. */
  updateOptions(options: Partial<SpeakOptions>): void {
    const { sampleRate } = this.options;
    const speaking = resolveSpeaking(options, this.options);
    this.setOptions(speaking);
    if (speaking.sampleRate === sampleRate) return this.#requests.change(speaking);
    this.#before.push(this.#requests);
    this.#requests = this.#newRequests(speaking);
  }

  /** Opens a connection for {@link synthesize} ahead. */
  prewarm(): void {
    this.#requests.prewarm();
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), ...[...this.#before, this.#requests].map((each) => each.close())]);
  }

  #newRequests(options: SpeakOptions): Requests {
    const requests = new Requests(this.#route, options);
    requests.on('metrics_collected', (metrics) => guardedEmit(this, 'metrics_collected', metrics));
    requests.on('error', (error) => guardedEmit(this, 'error', error));
    return requests;
  }
}

/** One stream of text to audio. */
export class SynthesizeStream extends StreamingTTSStream<SpeakOptions> {
  label = 'deepgram.SynthesizeStream';
}
