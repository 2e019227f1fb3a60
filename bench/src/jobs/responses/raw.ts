import type { WebSocket } from 'ws';
import { createMessage, type OpenMind, type Turn } from './mind.ts';
import { OneSocket } from './sockets.ts';

/** By hand, for this one case. */
export const open: OpenMind = (url) => {
  const sockets = new OneSocket(url);
  return {
    ask(words, heard) {
      let socket: WebSocket | undefined;
      const done = (async (): Promise<void> => {
        socket = await sockets.take();
        await read(socket, words, heard);
      })();
      // It is dialled again at once: the caller has something else to say.
      return { done, close: () => socket?.terminate() } satisfies Turn;
    },
    prewarm: () => void sockets.dial(),
    close: async () => sockets.close(),
  };
};

function read(socket: WebSocket, words: string, heard: (text: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('message', message);
      socket.off('close', end);
      resolve();
    };
    const message = (data: Buffer): void => {
      const event = JSON.parse(data.toString()) as { type: string; delta: string };
      switch (event.type) {
        case 'response.output_text.delta':
          return heard(event.delta);
        case 'response.completed':
          end();
      }
    };
    socket.on('message', message);
    socket.on('close', end);
    socket.send(createMessage(words));
  });
}
