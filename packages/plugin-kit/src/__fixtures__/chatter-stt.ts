import type { APIConnectOptions, VAD } from '@livekit/agents';
import { PatchbayError, type ConnectionOptions, type EndpointDescription } from '@patchbay/ws-url';
import { base64Of } from '../base64.ts';
import type { SpeechToTextWire } from '../speech-to-text-wire.ts';
import { StreamingSTT } from '../streaming-stt.ts';
import { StreamingSTTStream } from '../streaming-stt-stream.ts';
import { chatter } from './chatter.ts';

export interface Listening {
  language: string;
  model: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Speech to text in Chatter. */
export const ears: SpeechToTextWire<Listening> = {
  open: ({ options }) => [JSON.stringify({ type: 'hello', ...options })],
  audio: (bytes) => `{"type":"audio","data":"${base64Of(bytes)}"}`,
  flush: () => '{"type":"flush"}',
  finish: () => ['{"type":"bye"}'],
  probe: () => ({ frame: '{"type":"are you there"}' }),
  update: (before, { options }) =>
    before.model === options.model ? [JSON.stringify({ type: 'change', ...options })] : 'reconnect',
  receive(message, speech) {
    const id = text(message.id);
    switch (message.type) {
      case 'voice':
        return speech.started(id, number(message.at));
      case 'silence':
        return speech.stopped(id, { atMs: number(message.at) });
      case 'taken':
        return speech.committed(id);
      case 'empty':
        return speech.nothing();
      case 'partial':
        return speech.delta(id, text(message.text));
      case 'text':
        speech.usage(id, { inputTokens: 1 });
        return speech.final(id, text(message.text));
      case 'fault':
        throw new PatchbayError('provider-error', text(message.text), { retryable: message.retry === true });
    }
  },
};

export interface ChatterSTTOptions extends ConnectionOptions {
  vad?: VAD;
  endpoint?: Partial<EndpointDescription>;
}

export class ChatterSTT extends StreamingSTT<Listening> {
  label = 'chatter.STT';

  constructor(url: string, { vad, endpoint, ...options }: ChatterSTTOptions = {}) {
    super({
      connection: chatter('transcription', url, options, endpoint),
      wire: ears,
      options: { language: 'en', model: 'ears-2' },
      capabilities: { streaming: true, interimResults: true },
      sampleRate: 16_000,
      modelOf: (options) => options.model,
      languageOf: (options) => options.language,
      vadOf: () => vad,
    });
  }

  change(options: Partial<Listening>): void {
    this.setOptions({ ...this.options, ...options });
    for (const stream of this.streams) (stream as ChatterSTTStream).change(this.options);
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): ChatterSTTStream {
    return this.track(new ChatterSTTStream(this, this.options, options.connOptions));
  }
}

export class ChatterSTTStream extends StreamingSTTStream<Listening> {
  label = 'chatter.SpeechStream';

  change(options: Readonly<Listening>): void {
    this.changeOptions(options);
  }
}
