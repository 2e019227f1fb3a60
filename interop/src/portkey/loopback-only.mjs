// Portkey listens on every interface and has no option for it; this is loaded before it.
import { Server } from 'node:net';

const { listen } = Server.prototype;

Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  const host = '127.0.0.1';
  return typeof port === 'number' ? listen.call(this, { port, host }, rest.at(-1)) : listen.call(this, port, ...rest);
};
