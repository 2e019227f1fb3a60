import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Session, type Frame } from '@patchbay/ws-session';
import { endpoint, resolveConnection } from '@patchbay/ws-url';
import { createSockets } from '../../../packages/loopback/src/sockets.ts';
import type { Stage } from '../stage.ts';
import type { Client } from './testsuite.ts';

/** The class that keeps every connection of our plugins; `answer` is what it does with a frame. Over when no socket is left. */
export function sessionThat(answer: (frame: Frame, session: Session) => void): Client {
  return async (port, path) => {
    const base = `http://127.0.0.1:${port}`;
    const session = new Session({
      connection: resolveConnection(
        endpoint({
          provider: 'autobahn',
          capability: 'responses',
          base,
          path,
          auth: { none: true },
          model: { in: 'none' },
        }),
      ),
      // How long anybody may take is not the question here.
      deadlines: { firstEventMs: 0, closeMs: 30_000 },
      reconnect: false,
      handlers: {
        frame(frame) {
          answer(frame, session);
          return true;
        },
      },
    });
    // How it ended is the testsuite's to judge.
    await session.run().catch(() => undefined);
    await session.close();
  };
}

/** Sends back what came, text as text and bytes as bytes. */
export const echoingSession: Client = sessionThat((frame, session) => void session.send(frame));

/** The WebSockets of loopback's servers, sending back what comes; their port. */
export async function startEchoingSockets(stage: Stage): Promise<number> {
  const sockets = createSockets();
  const server = createServer().on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined);
      client.on('message', (data, binary) => client.send(data, { binary }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.atEnd(async () => {
    sockets.clients.forEach((client) => client.terminate());
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}
