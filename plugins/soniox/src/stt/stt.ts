import type { APIConnectOptions } from '@livekit/agents';
import { UpdatableSTT, UpdatableSTTStream } from '@patchbay/plugin-kit';
import { routeFor } from '../options.ts';
import { resolveTranscribing, termsOf, withTerms, type STTOptions, type TranscribeOptions } from './options.ts';
import { Transcribe } from './transcribe.ts';

/**
 * Soniox's models, which know when somebody has finished, and what language it was in.
 *
 * @example
 * ```ts
 * const stt = new STT({ languageHints: ['en', 'es'], context: { terms: ['Patchbay'] } });
 * ```
 */
export class STT extends UpdatableSTT<TranscribeOptions, Partial<TranscribeOptions>> {
  label = 'soniox.STT';

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: Partial<STTOptions> = {}) {
    const transcribing = resolveTranscribing(options);
    super({
      ...routeFor('transcription', options, transcribing.model),
      provider: 'Soniox',
      wire: () => new Transcribe(),
      options: transcribing,
      capabilitiesOf: ({ enableSpeakerDiarization, translation }) => ({
        ...{ streaming: true, interimResults: true, keyterms: true, diarization: enableSpeakerDiarization },
        // The words of a translation have no times.
        alignedTranscript: translation ? false : 'word',
      }),
      greets: false,
      resolve: resolveTranscribing,
      termsIn: ({ context }) => termsOf(context),
      withTerms: (terms, { context }) => ({ context: withTerms(context, terms) }),
      languageOf: ({ languageHints }) => languageHints?.[0] ?? '',
      vadOf: ({ vad }) => vad ?? undefined,
    });
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStream {
    return this.track(new SpeechStream(this, this.options, options.connOptions));
  }
}

/** One stream of audio to text. */
export class SpeechStream extends UpdatableSTTStream<TranscribeOptions, Partial<TranscribeOptions>> {
  label = 'soniox.SpeechStream';
}
