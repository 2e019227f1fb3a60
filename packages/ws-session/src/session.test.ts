import { afterEach, describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { startSession, type Harness } from './__fixtures__/harness.ts';
import { startServer, type TestServer, type TestServerOptions } from './__fixtures__/server.ts';

const servers: TestServer[] = [];
const sessions: Harness[] = [];

async function server(options?: TestServerOptions): Promise<TestServer> {
  const started = await startServer(options);
  servers.push(started);
  return started;
}

function run(...[connection, options]: Parameters<typeof startSession>): Harness {
  const harness = startSession(connection, options);
  sessions.push(harness);
  return harness;
}

afterEach(async () => {
  for (const { socket } of servers.flatMap(({ accepted }) => accepted)) socket.terminate();
  await Promise.all(sessions.splice(0).map(({ session }) => session.close()));
  await Promise.all(servers.splice(0).map((started) => started.close()));
});

describe('a session', () => {
  it('sends and receives text and binary, and closes in good order', async () => {
    const cloud = await server({
      onSocket: ({ socket }) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    });
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    expect(harness.session.send('hello')).toBe(true);
    expect(harness.session.send(new Uint8Array(new Uint8Array([9, 1, 2, 3, 9]).buffer, 1, 3), { audioMs: 1 })).toBe(
      true,
    );
    await harness.until(() => harness.frames.length === 2);
    expect(harness.frames[0]).toEqual({ frame: 'hello', epoch: 1 });
    expect([...(harness.frames[1]!.frame as Uint8Array)]).toEqual([1, 2, 3]);

    await harness.session.close();
    expect(await harness.ended).toEqual({});
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    expect(harness.session.state).toBe('closed');
    expect(harness.clock.pending).toBe(0);
  });
});
