import { WebSocket } from 'ws';
import { Chunk } from './chunk.ts';
import { frameOf } from './frame.ts';
import { model } from './talker.ts';
import type { Talker } from './talker.ts';

/** What somebody writes who needs nothing but this: no reconnects, no deadlines, no LiveKit but its frame. */
export async function open(baseURL: string, heard: (samples: number) => void): Promise<Talker> {
  const socket = new WebSocket(`${baseURL}/realtime?model=${model}`, {
    headers: { authorization: 'Bearer sk-bench' },
    perMessageDeflate: false,
  });
  const chunk = new Chunk((audio) => socket.send(`{"type":"input_audio_buffer.append","audio":"${audio}"}`));
  let over: (() => void) | undefined;
  let ready: (() => void) | undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  socket.on('open', () => socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime' } })));
  socket.on('message', (data) => {
    const event = JSON.parse((data as Buffer).toString()) as { type: string; delta: string };
    switch (event.type) {
      case 'response.output_audio.delta':
        return heard(frameOf(event.delta).samplesPerChannel);
      case 'response.done':
        return over?.();
      case 'session.updated':
        return ready?.();
    }
  });
  await isReady;
  return {
    push: (frame) => chunk.push(frame.data),
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
