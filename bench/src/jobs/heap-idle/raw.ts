import { WebSocket } from 'ws';
import { heapIdle } from './job.ts';
import type { Makers } from './sessions.ts';

/** Whatever it is for, it is a socket. */
export const makers: Makers = Object.fromEntries(
  heapIdle.variants.map((variant) => [
    variant,
    (url) => () => new WebSocket(url, { perMessageDeflate: false }).on('message', () => {}),
  ]),
);
