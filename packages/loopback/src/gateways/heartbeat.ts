import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../clock.ts';

export interface Heartbeat {
  everyMs: number;
  deadMs: number;
}

/** Pings a socket; one that has not answered for `deadMs` is closed with 1011, as Python's `websockets` does it, or cut. */
export function keepAlive(socket: WebSocket, clock: Clock, options: Heartbeat, end: 'close' | 'cut' = 'close'): void {
  let heard = clock.now();
  let timer: Timer = clock.setTimer(beat, options.everyMs);
  const listen = (): void => {
    heard = clock.now();
  };
  socket.on('pong', listen);
  socket.on('close', () => timer.cancel());

  function beat(): void {
    if (clock.now() - heard >= options.deadMs) {
      if (end === 'cut') return socket.terminate();
      socket.close(1011, 'keepalive ping timeout');
      // Nobody will answer the close either.
      timer = clock.setTimer(() => socket.terminate(), options.everyMs);
      return;
    }
    if (socket.readyState === socket.OPEN) socket.ping();
    timer = clock.setTimer(beat, options.everyMs);
  }
}
