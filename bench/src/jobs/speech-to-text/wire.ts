import { once } from 'node:events';
import { WebSocket } from 'ws';
import { chunkMs, dialects } from './dialects.ts';
import type { OpenEar } from './ear.ts';

/** Frames that were made before, and messages that nobody reads. */
export const open: OpenEar = async (provider, url, heard) => {
  const dialect = dialects[provider];
  const socket = new WebSocket(url + dialect.path, { perMessageDeflate: false });
  socket.on('message', () => heard.message());
  await once(socket, 'open');
  if (dialect.open !== undefined) socket.send(dialect.open);
  const samples = (dialect.sampleRate * chunkMs) / 1000;
  const made = dialect.audio(Buffer.alloc(samples * 2, 'voice'));
  let waiting = 0;
  return {
    push({ samplesPerChannel }) {
      for (waiting += samplesPerChannel; waiting >= samples; waiting -= samples) socket.send(made);
    },
  };
};
