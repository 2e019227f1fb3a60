import type { APIConnectOptions } from '@livekit/agents';
import { SessionTerms, StreamingSTT, StreamingSTTStream } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { resolveTranscribing, termsOf, withTerms, type STTOptions, type TranscribeOptions } from './options.ts';
import { transcribe } from './transcribe.ts';

/**
 * Soniox's models, which know when somebody has finished, and what language it was in.
 *
 * @example
 * ```ts
 * const stt = new STT({ languageHints: ['en', 'es'], context: { terms: ['Patchbay'] } });
 * ```
 */
export class STT extends StreamingSTT<TranscribeOptions> {
  label = 'soniox.STT';
  readonly #terms: SessionTerms;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTOptions> = {}) {
    const { baseUrl, ...connect } = options;
    const transcribing = resolveTranscribing(options);
    super({
      ...routeFor('transcription', connect, ['baseUrl', baseUrl], transcribing.model),
      wire: transcribe,
      options: transcribing,
      capabilities: {
        streaming: true,
        interimResults: true,
        alignedTranscript: 'word',
        keyterms: true,
        diarization: transcribing.enableSpeakerDiarization,
      },
      sampleRate: transcribing.sampleRate,
      greets: false,
      modelOf: ({ model }) => model,
      languageOf: ({ languageHints = [] }) => languageHints[0] ?? '',
      vadOf: ({ vad }) => vad,
    });
    this.#terms = new SessionTerms(termsOf(transcribing.context));
  }

  override get provider(): string {
    return 'Soniox';
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStream {
    return this.track(new SpeechStream(this, this.options, options.connOptions));
  }

  /** Holds for streams that are open too: a new socket takes over, and nothing that was said is lost. */
  updateOptions(options: Partial<TranscribeOptions>): void {
    const { context } = options;
    resolveTranscribing(options, this.options);
    if (context === undefined) return this.#change(options);
    const terms = this.#terms.ofUser(termsOf(context));
    this.#change({ ...options, context: terms.length === 0 ? context : withTerms(context, terms) });
  }

  override _updateSessionKeyterms(keyterms: string[]): void {
    const terms = this.#terms.ofSession(keyterms);
    if (terms !== undefined) this.#change({ context: withTerms(this.options.context, terms) });
  }

  #change(options: Partial<TranscribeOptions>): void {
    this.setOptions(resolveTranscribing(options, this.options));
    for (const stream of this.streams) if (stream instanceof SpeechStream) stream.updateOptions(options);
  }
}

/** One stream of audio to text. */
export class SpeechStream extends StreamingSTTStream<TranscribeOptions> {
  label = 'soniox.SpeechStream';

  /** Holds for this stream alone. */
  updateOptions(options: Partial<TranscribeOptions>): void {
    this.changeOptions(resolveTranscribing(options, this.options));
  }
}
