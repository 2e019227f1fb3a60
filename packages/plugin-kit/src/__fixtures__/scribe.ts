import type { APIConnectOptions, VAD } from '@livekit/agents';
import { stt } from '@livekit/agents';
import { BatchSTTStream, type BatchRequest } from '../batch-stt-stream.ts';
import { requestJson } from '../http-json.ts';
import { StreamingSTT } from '../streaming-stt.ts';
import { withRetries } from '../with-retries.ts';
import { chatter } from './chatter.ts';
import { ears, type Listening } from './chatter-stt.ts';
import { heardIn } from './loudness-vad.ts';

/** Speech to text in Chatter, piece by piece: a request says which voices it holds, and the answer what they said. */
export class Scribe extends StreamingSTT<Listening & { vad: VAD | undefined }> {
  label = 'chatter.Scribe';
  readonly #url: string;

  constructor(url: string, vad: VAD | undefined) {
    super({
      connection: chatter('transcriptions', url),
      wire: ears,
      options: { language: 'en', model: 'pen-1', vad },
      capabilities: { streaming: true, interimResults: false },
      sampleRate: 16_000,
      modelOf: ({ model }) => model,
      vadOf: (options) => options.vad,
    });
    this.#url = url;
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): ScribeStream {
    return this.track(new ScribeStream(this, this.options, this.#url, options.connOptions));
  }
}

export class ScribeStream extends BatchSTTStream<Listening & { vad: VAD | undefined }> {
  label = 'chatter.ScribeStream';
  readonly #url: string;

  constructor(
    model: Scribe,
    options: Listening & { vad: VAD | undefined },
    url: string,
    connOptions?: APIConnectOptions,
  ) {
    super(model, options, connOptions);
    this.#url = url;
  }

  change(options: Partial<Listening & { vad: VAD | undefined }>): void {
    this.changeOptions({ ...this.options, ...options });
  }

  protected override async transcribe({
    audio,
    startTime,
    options: { model, language },
    connOptions,
    signal,
  }: BatchRequest<Listening>): Promise<stt.SpeechEvent> {
    const voices = heardIn(audio).flatMap(([voice]) => (voice === 0 ? [] : [voice]));
    const body = JSON.stringify({ model, language, voices });
    const { text, at } = await withRetries(connOptions, signal, () =>
      requestJson({ connection: chatter('transcriptions', this.#url), timeoutMs: connOptions.timeoutMs, body, signal }),
    );
    const times = typeof at === 'number' ? [startTime + at, startTime + at + 1] : [0, 0];
    const [from = 0, to = 0] = times;
    return {
      type: stt.SpeechEventType.FINAL_TRANSCRIPT,
      requestId: `req ${voices.join()}`,
      alternatives: [{ text: String(text), language: 'en', startTime: from, endTime: to, confidence: 1 } as stt.SpeechData],
      recognitionUsage: { audioDuration: audio.samplesPerChannel / audio.sampleRate, inputTokens: 7 },
    };
  }
}
