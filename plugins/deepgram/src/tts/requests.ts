import type { APIConnectOptions } from '@livekit/agents';
import { HttpChunkedStream, HttpTTS, type HttpSpeechWire, type Route } from '@patchbay/plugin-kit';
import { speakQuery, type SpeakOptions } from './options.ts';

/** `POST /v1/speak`. https://developers.deepgram.com/reference/text-to-speech/speak-request */
const wire: HttpSpeechWire<SpeakOptions> = {
  request: (text) => ({ body: JSON.stringify({ text }) }),
};

/** Speech by one request per text, for {@link TTS.synthesize}. Its events are told by the class that it belongs to. */
export class Requests extends HttpTTS<SpeakOptions> {
  label = 'deepgram.TTS';

  constructor(route: Route, options: SpeakOptions) {
    super({
      ...route,
      wire,
      options,
      sampleRate: options.sampleRate,
      modelOf: ({ model }) => model,
      queryOf: (now) => ({ ...speakQuery(now), container: 'none' }),
    });
  }

  override get provider(): string {
    return 'Deepgram';
  }

  change(options: SpeakOptions): void {
    this.changeOptions(options);
  }

  protected override createStream(
    text: string,
    options: Readonly<SpeakOptions>,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): ChunkedStream {
    return new ChunkedStream(text, this, options, connOptions, abortSignal);
  }
}

/** One text on its way to audio. */
export class ChunkedStream extends HttpChunkedStream<SpeakOptions> {
  label = 'deepgram.ChunkedStream';
}
