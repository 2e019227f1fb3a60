import assert from 'node:assert/strict';
import { defineSystem, type Case } from '../system.ts';
import { echoingSession, sessionThat, startEchoingSockets } from './peers.ts';
import { Testsuite, type Verdict } from './testsuite.ts';

/** https://github.com/crossbario/autobahn-testsuite: what its groups of cases are about. */
const groups: Readonly<Record<string, string>> = {
  1: 'framing',
  2: 'pings and pongs',
  3: 'reserved bits',
  4: 'opcodes',
  5: 'fragmentation',
  6: 'UTF-8',
  7: 'the closing handshake',
  10: 'automatic fragmentation',
};

interface World {
  /** The ids of a group. */
  idsOf(group: string): string[];
  /** Asks our client. */
  askClient(ids: readonly string[]): Promise<Verdict[]>;
  /** Asks our server. */
  askServer(ids: readonly string[]): Promise<Verdict[]>;
  /** Asks a client that hangs up where it should answer. */
  askRude(id: string): Promise<Verdict>;
}

const version = '25.10.1';
let testsuite: Testsuite;

export const autobahn = defineSystem<World>({
  name: 'autobahn',
  title: 'Autobahn’s testsuite of WebSockets',
  group: 'autobahn',
  version,
  needs: ['python3'],
  async install(installer) {
    testsuite = await Testsuite.install(installer, version);
  },
  async start(stage) {
    const ids = await testsuite.list();
    const ask = await testsuite.startServer(stage);
    const port = await startEchoingSockets(stage);
    return {
      idsOf: (group) => ids.filter((id) => id.startsWith(`${group}.`)),
      async askClient(asked) {
        const verdicts: Verdict[] = [];
        for (const id of asked) verdicts.push(await ask(echoingSession, id));
        return verdicts;
      },
      askServer: (asked) => testsuite.askServer(port, asked),
      askRude: (id) =>
        ask(
          sessionThat((_frame, session) => void session.close()),
          id,
        ),
    };
  },
  cases: [
    ...Object.keys(groups).map((group) =>
      caseOf(group, 'client', 'the session under every plugin', (world, ids) => world.askClient(ids)),
    ),
    ...Object.keys(groups).map((group) =>
      caseOf(group, 'server', 'loopback’s WebSockets', (world, ids) => world.askServer(ids)),
    ),
    {
      id: 'judge',
      about: 'the testsuite itself',
      title: 'a client that hangs up where it should answer fails',
      async run(world) {
        const { answer, end } = await world.askRude('1.1.2');
        assert.deepEqual({ answer, end }, { answer: 'FAILED', end: 'FAILED' });
        return answer;
      },
    },
  ],
});

function caseOf(
  group: string,
  side: string,
  about: string,
  ask: (world: World, ids: readonly string[]) => Promise<Verdict[]>,
): Case<World> {
  return {
    id: `${side}-${group}`,
    about,
    title: `no case of group ${group} (${groups[group]}) fails or ends badly`,
    async run(world) {
      const ids = world.idsOf(group);
      const verdicts = await ask(world, ids);
      assert.deepEqual(
        verdicts.map(({ id }) => id),
        ids,
        'not every case was asked',
      );
      const bad = verdicts.filter(isBad);
      assert.equal(
        bad.length,
        0,
        `${bad.length} of ${ids.length} cases, such as ${bad.slice(0, 3).map(told).join(', ')}`,
      );
      return countsOf(verdicts);
    },
  };
}

/** A peer may be slower to notice than the strictest would be, and some cases only tell; everything else is a fault. */
function isBad({ answer, end }: Verdict): boolean {
  return !['OK', 'NON-STRICT', 'INFORMATIONAL'].includes(answer) || !['OK', 'INFORMATIONAL'].includes(end);
}

function told({ id, answer, end, why }: Verdict): string {
  return `${id} (${answer}, its end ${end}: ${why.join('; ')})`;
}

/** `141 OK, 4 NON-STRICT` */
function countsOf(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of verdicts) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${count} ${answer}`).join(', ');
}
