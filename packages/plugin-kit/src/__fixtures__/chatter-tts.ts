import type { APIConnectOptions } from '@livekit/agents';
import { PatchbayError, type ConnectionOptions, type EndpointDescription } from '@patchbay/ws-url';
import { SocketChunkedStream } from '../socket-chunked-stream.ts';
import { StreamingTTS, type StreamingTTSDescription } from '../streaming-tts.ts';
import { StreamingTTSStream } from '../streaming-tts-stream.ts';
import type { SpokenTurn, TextToSpeechWire } from '../text-to-speech-wire.ts';
import type { JsonMessage } from '../json-message.ts';
import { chatter } from './chatter.ts';

export interface Reciting {
  voice: string;
  model: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

function receive(message: JsonMessage, turn: SpokenTurn): void {
  switch (message.type) {
    case 'sound':
      return turn.audio(Buffer.from(text(message.pcm), 'base64'));
    case 'word':
      return turn.words([{ text: text(message.text), startMs: number(message.at), endMs: number(message.until) }]);
    case 'price':
      return turn.usage({ inputTokens: 1, outputTokens: number(message.tokens) });
    case 'said':
      return turn.spoken();
    case 'gone':
      return turn.over();
    case 'failed':
      return turn.failed(new PatchbayError('provider-error', text(message.text), { retryable: message.retry === true }));
    case 'fault':
      throw new PatchbayError('provider-error', text(message.text), { retryable: message.retry === true });
  }
}

/** One turn at a time, audio as bytes. */
export const soloist: TextToSpeechWire<Reciting> = {
  text: (said) => JSON.stringify({ type: 'say', text: said }),
  finish: () => ['{"type":"amen"}'],
  cancel: () => ['{"type":"hush"}'],
  farewell: '{"type":"bye"}',
  requestIdOf: ({ type, id }) => (type === 'hello' ? text(id) : undefined),
  receive,
};

/** Two turns at once, each with a name, audio as base64. */
export const choir: TextToSpeechWire<Reciting> = {
  open: ({ turn, credential, options }) => [JSON.stringify({ type: 'enter', turn, key: credential, ...options })],
  text: (said, { turn }) => JSON.stringify({ type: 'say', turn, text: said }),
  finish: ({ turn }) => [JSON.stringify({ type: 'amen', turn })],
  cancel: ({ turn }) => [JSON.stringify({ type: 'hush', turn })],
  sharing: { perSocket: 2, turnOf: ({ turn }) => (typeof turn === 'string' ? turn : undefined) },
  keepAlive: { everyMs: 20_000, frame: '{"type":"still here"}' },
  receive,
};

export interface ChatterTTSOptions extends Partial<Pick<StreamingTTSDescription<Reciting>, 'tokenizer' | 'idleMs'>> {
  wire?: TextToSpeechWire<Reciting>;
  connect?: ConnectionOptions;
  endpoint?: Partial<EndpointDescription>;
}

export class ChatterTTS extends StreamingTTS<Reciting> {
  label = 'chatter.TTS';

  constructor(url: string, { wire = soloist, connect = {}, endpoint = {}, ...more }: ChatterTTSOptions = {}) {
    super({
      connection: chatter('voice', url, connect, { path: '/recite', ...endpoint }),
      wire,
      options: { voice: 'a', model: 'lips-1' },
      sampleRateOf: () => 16_000,
      modelOf: ({ model }) => model,
      queryOf: ({ voice }) => ({ voice }),
      alignedTranscriptOf: () => true,
      ...more,
    });
  }

  change(options: Partial<Reciting>): void {
    this.setOptions({ ...this.options, ...options });
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): ChatterTTSStream {
    return this.track(new ChatterTTSStream(this, this.options, options.connOptions));
  }

  override synthesize(said: string, connOptions?: APIConnectOptions, signal?: AbortSignal): ChatterChunkedStream {
    return this.track(new ChatterChunkedStream(said, this, this.options, connOptions, signal));
  }
}

export class ChatterTTSStream extends StreamingTTSStream<Reciting> {
  label = 'chatter.SynthesizeStream';
}

export class ChatterChunkedStream extends SocketChunkedStream<Reciting> {
  label = 'chatter.ChunkedStream';
}
