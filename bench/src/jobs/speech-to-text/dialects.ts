import type { Heard } from './ear.ts';

export type Provider = 'openai' | 'deepgram' | 'soniox';

/** What is spoken, with nothing to spare: the job of a client that is written by hand. */
export interface Dialect {
  path: string;
  /** Hz of the PCM that it takes. */
  sampleRate: number;
  /** What a socket is told first. */
  open?: string;
  /** A chunk as a frame. Its bytes are overwritten by the next. */
  audio(bytes: Buffer): string | Buffer;
  read(text: string, heard: Pick<Heard, 'interim' | 'final'>): void;
}

/** Of audio in a frame, in milliseconds. */
export const chunkMs = 50;

const openai: Dialect = {
  path: '/v1/realtime?intent=transcription',
  sampleRate: 24_000,
  open: JSON.stringify({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'gpt-4o-mini-transcribe', language: 'en' },
          turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 600, silence_duration_ms: 350 },
        },
      },
    },
  }),
  audio: (bytes) => `{"type":"input_audio_buffer.append","audio":"${bytes.toString('base64')}"}`,
  read(text, heard) {
    const message = JSON.parse(text) as { type: string; delta: string; transcript: string };
    switch (message.type) {
      case 'conversation.item.input_audio_transcription.delta':
        return heard.interim(message.delta);
      case 'conversation.item.input_audio_transcription.completed':
        return heard.final(message.transcript);
    }
  },
};

const deepgram: Dialect = {
  path: '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true',
  sampleRate: 16_000,
  // `ws` keeps what it is given until it has left.
  audio: (bytes) => Buffer.from(bytes),
  read(text, heard) {
    const message = JSON.parse(text) as {
      type: string;
      is_final: boolean;
      channel: { alternatives: [{ transcript: string }] };
    };
    if (message.type !== 'Results') return;
    const [{ transcript }] = message.channel.alternatives;
    if (message.is_final) heard.final(transcript);
    else heard.interim(transcript);
  },
};

interface Token {
  text: string;
  is_final: boolean;
}

const soniox: Dialect = {
  path: '/transcribe-websocket',
  sampleRate: 16_000,
  open: JSON.stringify({
    model: 'stt-rt-v5',
    audio_format: 'pcm_s16le',
    sample_rate: 16_000,
    num_channels: 1,
    enable_endpoint_detection: true,
  }),
  audio: (bytes) => Buffer.from(bytes),
  read(text, heard) {
    const { tokens } = JSON.parse(text) as { tokens: Token[] };
    const words = tokens.filter((token) => token.text !== '<end>').map((token) => token.text);
    if (tokens.at(-1)?.text === '<end>') heard.final(words.join('').trim());
    else heard.interim(words.join('').trim());
  },
};

export const dialects: Readonly<Record<Provider, Dialect>> = { openai, deepgram, soniox };
