import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Chunks } from './chunks.ts';
import { chunkMs, dialects } from './dialects.ts';
import type { OpenEar } from './ear.ts';

/** By hand, for this one case. */
export const open: OpenEar = async (provider, url, heard) => {
  const dialect = dialects[provider];
  const socket = new WebSocket(url + dialect.path, { perMessageDeflate: false });
  socket.on('message', (data) => dialect.read((data as Buffer).toString(), heard));
  await once(socket, 'open');
  if (dialect.open !== undefined) socket.send(dialect.open);
  const chunks = new Chunks((dialect.sampleRate * chunkMs) / 500, (bytes) => socket.send(dialect.audio(bytes)));
  return { push: (frame) => chunks.push(frame) };
};
