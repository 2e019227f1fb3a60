import { WebSocket } from 'ws';
import { chunkSamples, model } from './talker.ts';
import type { Talker } from './talker.ts';

/** The socket alone: the same frames go out and come in, and nobody makes or reads them. */
export async function open(baseURL: string, heard: (samples: number) => void): Promise<Talker> {
  const socket = new WebSocket(`${baseURL}/realtime?model=${model}`, { perMessageDeflate: false });
  const audio = Buffer.alloc(2 * chunkSamples).toString('base64');
  const append = `{"type":"input_audio_buffer.append","audio":"${audio}"}`;
  const start = '"delta":"';
  let filled = 0;
  let over: (() => void) | undefined;
  let ready: (() => void) | undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  socket.on('open', () => socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime' } })));
  socket.on('message', (data) => {
    const bytes = data as Buffer;
    if (bytes.length > 1_000) {
      const base64Length = bytes.length - bytes.indexOf(start) - start.length - 2;
      heard((base64Length * 3) / 8);
    } else if (bytes.includes('"response.done"')) over?.();
    else if (bytes.includes('"session.updated"')) ready?.();
  });
  await isReady;
  return {
    push: (frame) => {
      filled += frame.data.length;
      for (; filled >= chunkSamples; filled -= chunkSamples) socket.send(append);
    },
    reply: () => {
      const heardAll = new Promise<void>((resolve) => (over = resolve));
      socket.send('{"type":"response.create"}');
      return heardAll;
    },
    close: () =>
      new Promise((resolve) => {
        socket.on('close', () => resolve());
        socket.close();
      }),
  };
}
