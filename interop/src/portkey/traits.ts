import { assertClaimed } from '../claim.ts';
import type { Case } from '../system.ts';
import { RawSocket, withSocket } from '../talk/raw-socket.ts';
import { until } from '../talk/until.ts';
import { connectionOf, during, lossy, type World } from './world.ts';

/** As often as it is dialled in search of a loss, which happens in 2 to 15 % of dials. */
const mostDials = 1_000;

/** What it does to a socket on which none of our classes is, beside what the table says of it. */
export const traits: readonly Case<World>[] = [
  {
    id: 'trait-pong',
    about: 'conversation',
    title: 'a pong proves nothing of the provider: it comes where the provider says nothing at all, and answers none',
    run: (world) =>
      during(world, ['silence'], () =>
        withSocket(connectionOf(world), async (socket) => {
          assertClaimed(connectionOf(world), 'pongProvesOnlyGateway', await socket.pongs());
          return 'pings answered';
        }),
      ),
  },
  {
    id: 'trait-first-event',
    about: 'conversation',
    title: 'now and then a socket opens whose `session.created` never comes, and the next event does',
    async run(world) {
      const connection = connectionOf(lossy(world));
      let isLost = false;
      for (let dial = 0; !isLost && dial < mostDials; dial++)
        await withSocket(connection, async (socket) => {
          socket.send({ type: 'session.update', session: { type: 'realtime' } });
          const first = await socket.next('session.created', 'session.updated');
          isLost = first?.type === 'session.updated';
        });
      assertClaimed(connection, 'mayLoseFirstEvent', isLost);
    },
  },
  {
    id: 'trait-hung-upgrade',
    about: 'conversation',
    title: 'an upgrade that the provider refuses has no answer, while others are answered beside it',
    async run(world) {
      const connection = connectionOf(world);
      let isAnswered = false;
      await during(world, ['refuse:401,times=1'], async () => {
        const hung = RawSocket.open(connection).finally(() => (isAnswered = true));
        hung.catch(() => undefined);
        await until(() => world.cloud.faults.injected.every(({ hits }) => hits > 0), 'the refusal');
        for (let dial = 0; dial < 20; dial++) await withSocket(connection, (socket) => socket.pongs());
      });
      assertClaimed(connection, 'mayHangUpgrade', !isAnswered);
      return '20 others opened meanwhile';
    },
  },
];

/** The traits of its row, and the cases that show them. */
export const shown: Readonly<Record<string, string>> = {
  pongProvesOnlyGateway: 'trait-pong',
  mayLoseFirstEvent: 'trait-first-event',
  mayHangUpgrade: 'trait-hung-upgrade',
};
