import { headLength, tailLength } from '../../servers/responses-turn.ts';
import { createMessage, type OpenMind } from './mind.ts';
import { OneSocket } from './sockets.ts';

/** Messages that nobody reads: they are counted, and that is how a turn ends. */
export const open: OpenMind = (url) => {
  const sockets = new OneSocket(url);
  const ask = async (words: string, heard: (text: string) => void): Promise<void> => {
    const socket = await sockets.take();
    const last = headLength + Number(words.split(' ')[1]);
    await new Promise<void>((resolve) => {
      let count = 0;
      const message = (): void => {
        count++;
        if (count > headLength && count <= last) heard('');
        if (count < last + tailLength) return;
        socket.off('message', message);
        resolve();
      };
      socket.on('message', message);
      socket.send(createMessage(words));
    });
  };
  return {
    ask: (words, heard) => ({ done: ask(words, heard), close: () => {} }),
    prewarm: () => void sockets.dial(),
    close: async () => sockets.close(),
  };
};
