import { serveSockets } from '../server.ts';
import { turnMs, turns, type Turn } from './speech-to-text-turns.ts';

interface Dialect {
  bytesPerTurn: number;
  turn: Turn;
  /** Bytes of audio in a frame. */
  heard: (data: Buffer, isBinary: boolean) => number;
}

const bytesPerTurn = (sampleRate: number): number => (sampleRate * turnMs) / 500;
const binary = (data: Buffer, isBinary: boolean): number => (isBinary ? data.length : 0);

const dialects: Readonly<Record<string, Dialect>> = {
  '/v1/realtime': {
    ...{ turn: turns.openai, bytesPerTurn: bytesPerTurn(24_000) },
    heard(data) {
      const message = JSON.parse(data.toString()) as { type: string; audio?: string };
      return message.type === 'input_audio_buffer.append' ? Buffer.byteLength(message.audio ?? '', 'base64') : 0;
    },
  },
  '/v1/listen': { turn: turns.deepgram, bytesPerTurn: bytesPerTurn(16_000), heard: binary },
  '/transcribe-websocket': { turn: turns.soniox, bytesPerTurn: bytesPerTurn(16_000), heard: binary },
};

/** Counts the audio that comes, and says the messages of each turn as their part of it has come. */
serveSockets((socket, request) => {
  const dialect = dialects[new URL(request.url ?? '/', 'http://localhost').pathname];
  if (dialect === undefined) return socket.close(1008, 'nobody speaks this here');
  const { bytesPerTurn, turn, heard } = dialect;
  let [bytes, number] = [0, 1];
  let waiting = turn(number, bytesPerTurn);
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    bytes += heard(data, isBinary);
    for (;;) {
      const part = bytes / bytesPerTurn - (number - 1);
      const due = waiting.filter(({ after }) => after <= part);
      if (due.length === 0) return;
      // Together, as words that come in one piece do.
      for (const { json } of due) socket.send(JSON.stringify(json));
      waiting = waiting.slice(due.length);
      if (waiting.length > 0) return;
      number++;
      waiting = turn(number, number * bytesPerTurn);
    }
  });
});
