import { once } from 'node:events';
import { WebSocket } from 'ws';
import { sampleRate } from '../../servers/text-to-speech-audio.ts';

/** What is spoken on a socket, written by hand. */
export interface Dialect {
  path: string;
  /** A whole turn; `turn` names it where turns have names. */
  say(text: string, turn: string): readonly string[];
  /** Hands audio on; `true`: all is said. */
  read(data: Buffer, isBinary: boolean, audio: (bytes: Uint8Array) => void): boolean;
}

export const dialects: Readonly<Record<'deepgram' | 'soniox', Dialect>> = {
  deepgram: {
    path: `/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=${sampleRate}`,
    say: (text) => [JSON.stringify({ type: 'Speak', text }), '{"type":"Flush"}'],
    read(data, isBinary, audio) {
      if (!isBinary) return (JSON.parse(data.toString()) as { type: string }).type === 'Flushed';
      audio(data);
      return false;
    },
  },
  soniox: {
    path: '/tts-websocket',
    say: (text, stream_id) => [
      JSON.stringify({
        stream_id,
        model: 'tts-rt-v1',
        voice: 'Maya',
        audio_format: 'pcm_s16le',
        sample_rate: sampleRate,
      }),
      JSON.stringify({ stream_id, text, text_end: false }),
      JSON.stringify({ stream_id, text: '', text_end: true }),
    ],
    read(data, _isBinary, audio) {
      const message = JSON.parse(data.toString()) as { audio?: string; terminated?: boolean };
      if (message.audio) audio(Buffer.from(message.audio, 'base64'));
      return message.terminated === true;
    },
  },
};

/** One socket for all turns, one after the other. */
export class TurnSocket {
  readonly #url: string;
  readonly #dialect: Dialect;
  #socket: WebSocket | undefined;
  #turns = 0;

  constructor(url: string, dialect: Dialect) {
    this.#url = url.replace('http:', 'ws:') + dialect.path;
    this.#dialect = dialect;
  }

  /** `message` returns `true` for the last one. */
  async turn(text: string, message: (data: Buffer, isBinary: boolean) => boolean): Promise<void> {
    const socket = (this.#socket ??= new WebSocket(this.#url, { perMessageDeflate: false }));
    if (socket.readyState === WebSocket.CONNECTING) await once(socket, 'open');
    await new Promise<void>((resolve) => {
      const read = (data: Buffer, isBinary: boolean): void => {
        if (!message(data, isBinary)) return;
        socket.off('message', read);
        resolve();
      };
      socket.on('message', read);
      for (const frame of this.#dialect.say(text, String(++this.#turns))) socket.send(frame);
    });
  }
}
