import type { Word } from './ear.ts';

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
  read(text: string, heard: Transcripts): void;
}

/** Where transcripts go. */
export interface Transcripts {
  interim(text: string, words: readonly Word[]): void;
  final(text: string, words: readonly Word[]): void;
}

const noWords: readonly Word[] = [];

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
        return heard.interim(message.delta, noWords);
      case 'conversation.item.input_audio_transcription.completed':
        return heard.final(message.transcript, noWords);
    }
  },
};

interface DeepgramWord {
  punctuated_word: string;
  start: number;
  end: number;
  confidence: number;
}

const deepgram: Dialect = {
  path: '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true',
  sampleRate: 16_000,
  // `ws` keeps what it is given until it has left.
  audio: (bytes) => Buffer.from(bytes),
  read(text, heard) {
    const message = JSON.parse(text) as {
      type: string;
      is_final: boolean;
      channel: { alternatives: [{ transcript: string; words: DeepgramWord[] }] };
    };
    if (message.type !== 'Results') return;
    const [{ transcript, words: told }] = message.channel.alternatives;
    const words = told.map(({ punctuated_word, start, end, confidence }) => {
      return { text: punctuated_word, startTime: start, endTime: end, confidence };
    });
    if (message.is_final) heard.final(transcript, words);
    else heard.interim(transcript, words);
  },
};

interface Token {
  text: string;
  start_ms: number;
  end_ms: number;
  confidence: number;
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
    const isFinal = tokens.at(-1)?.text === '<end>';
    if (isFinal) tokens.pop();
    let transcript = '';
    for (const token of tokens) transcript += token.text;
    const words = tokens.map(({ text: word, start_ms, end_ms, confidence }) => {
      return { text: word.trim(), startTime: start_ms / 1000, endTime: end_ms / 1000, confidence };
    });
    if (isFinal) heard.final(transcript.trim(), words);
    else heard.interim(transcript.trim(), words);
  },
};

export const dialects: Readonly<Record<Provider, Dialect>> = { openai, deepgram, soniox };
