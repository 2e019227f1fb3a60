import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import type { Provider } from '../handlers.ts';
import { Line } from '../line.ts';
import { Account } from './account.ts';
import type { SonioxContext } from './context.ts';
import { answerSoniox, servesSoniox } from './http/index.ts';
import { Keys, requestKeyOf } from './keys.ts';
import type { TranscribeEvent } from './stt/events.ts';
import { TranscribeSession } from './stt/session.ts';
import { SpeechConnection } from './tts/connection.ts';
import type { SpeechEvent } from './tts/events.ts';

type Serve = (socket: WebSocket, request: IncomingMessage, context: SonioxContext) => void;

const SOCKETS: Readonly<Record<string, Serve>> = {
  '/transcribe-websocket': (socket, request, context) => {
    const line = new Line<TranscribeEvent>(socket, context.cloud);
    const session = new TranscribeSession(line, context);
    line.attach(session);
    session.open(context.keys.connection(request, 'transcribe_websocket'));
  },
  '/tts-websocket': (socket, request, context) => {
    const line = new Line<SpeechEvent>(socket, context.cloud);
    const connection = new SpeechConnection(line, context);
    line.attach(connection);
    connection.open(context.keys.connection(request, 'tts_rt'));
  },
};

/**
 * Soniox: what `stt-rt.soniox.com`, `tts-rt.soniox.com` and, in part, `api.soniox.com` serve, at their own paths.
 * https://soniox.com/docs
 */
export function soniox(cloud: Cloud): Provider {
  const context: SonioxContext = { cloud, keys: new Keys(cloud), account: new Account(cloud) };
  return {
    serves: (path) => Object.hasOwn(SOCKETS, path) || servesSoniox(path),
    keyOf: requestKeyOf,
    accept(request, url) {
      const serve = Object.hasOwn(SOCKETS, url.pathname) ? SOCKETS[url.pathname] : undefined;
      // What is no socket is refused as any other wrong address is: a guess.
      if (!serve) return { status: 404, headers: {}, body: '' };
      return { serve: (socket) => serve(socket, request, context), headers: {} };
    },
    answer: (request, response, url) => answerSoniox(request, response, url, context),
  };
}
