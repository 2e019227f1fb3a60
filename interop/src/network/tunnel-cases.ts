import { deepEqual, equal, match } from 'node:assert/strict';
import type { Case } from '../system.ts';
import { failureOf } from '../talk/call.ts';
import { brokenOff, comeBack, expectEveryTurn, expectEveryWord, expectPassage, expectRefusal } from './callers.ts';
import { connectionsTo } from './connections.ts';
import { ask, expectSecret, recite } from './requests.ts';
import { trusting } from './trust.ts';
import { forbiddenDomain, password, through, user, type Tunnel } from './tunnel.ts';

/** What is asked of every CONNECT proxy. What they call their refusals differs. */
export function tunnelCases(statuses: { wrongPassword: number; deadPort: number }): Case<Tunnel>[] {
  return [...passages, idleCut, ...refusals(statuses)];
}

const passages: Case<Tunnel>[] = [
  {
    id: 'secure',
    about: 'passage',
    title: 'callers get through over TLS, with the proxy’s password and an authority of one’s own',
    async run(tunnel) {
      const way = through(tunnel, tunnel.secure.url);
      let seen = '';
      const passing = trusting(tunnel.ca, async () => void (seen = await expectPassage(way)));
      equal(await connectionsTo(tunnel.port, () => passing), 3, 'tunnels');
      for (const { headers } of tunnel.secure.requests) equal(headers['proxy-authorization'], undefined);
      return seen;
    },
  },
  {
    id: 'plain',
    about: 'passage',
    title: 'without TLS too: a socket gets a tunnel, for a proxy takes the upgrade out of a plain request',
    async run(tunnel) {
      const turns = expectEveryTurn(through(tunnel, tunnel.plain.url), { dials: 1 });
      equal(await connectionsTo(tunnel.port, () => turns), 1, 'tunnels');
      return turns;
    },
  },
  {
    id: 'requests',
    about: 'passage',
    title: 'HTTP goes the same way: two turns of a chat model share a tunnel, and a voice gets one',
    run: (tunnel) =>
      trusting(tunnel.ca, async () => {
        const way = through(tunnel, tunnel.secure.url);
        const phrases = ['One for sorrow.', 'Two for joy.'];
        const tunnels = await connectionsTo(tunnel.port, async () => equal(await ask(way, phrases), phrases.join(' ')));
        const third = 'Three for a girl.';
        const more = await connectionsTo(tunnel.port, async () => equal(await recite(way, third), third));
        deepEqual([tunnels, more], [1, 1], 'tunnels');
        return '2 turns, 1 tunnel; every word of the voice, 1 tunnel';
      }),
  },
  {
    id: 'unknown-authority',
    about: 'passage',
    title: 'an authority that nobody was told of: no second dial, and the error says where to name it',
    async run(tunnel) {
      const way = through(tunnel, tunnel.secure.url);
      const says = /TLS failed with UNABLE_TO_VERIFY_LEAF_SIGNATURE\. .*NODE_EXTRA_CA_CERTS.*`ca`/;
      match((await failureOf(ask(way, ['Hello.']))).message, says);
      return expectRefusal(way, { says, dials: 1 });
    },
  },
];

/** The proxy ends tunnels that are silent for three seconds, which is sooner than anybody pings. */
const idleCut: Case<Tunnel> = {
  id: 'idle',
  about: 'loss',
  title: 'tunnels of callers who listen are cut when they idle, and what they say next is heard',
  run: (tunnel) => expectEveryWord(through(tunnel, tunnel.plain.url), { dials: 2, loss: brokenOff, first: comeBack }),
};

function refusals({ wrongPassword, deadPort }: { wrongPassword: number; deadPort: number }): Case<Tunnel>[] {
  const toPlain = (as?: string) => (tunnel: Tunnel) => through(tunnel, tunnel.plain.url, as);
  const to = (origin: (tunnel: Tunnel) => string) => (tunnel: Tunnel) => through(tunnel, `${origin(tunnel)}/v1`);
  return [
    refusal('no-password', 'no password for the proxy', 407, toPlain('')),
    refusal('wrong-password', 'a wrong password for the proxy', wrongPassword, toPlain(`${user}:not-${password}@`)),
    refusal(
      'closed-port',
      'a port that the proxy leads nobody to',
      403,
      to(({ closedPort }) => `http://127.0.0.1:${closedPort}`),
    ),
    refusal(
      'forbidden-domain',
      'a domain on the proxy’s list',
      403,
      to(({ secure }) => `https://${forbiddenDomain}:${secure.port}`),
    ),
    refusal(
      'dead-port',
      'a provider that the proxy cannot reach',
      deadPort,
      to((tunnel) => `http://127.0.0.1:${tunnel.deadPort}`),
    ),
  ];
}

function refusal(
  id: string,
  what: string,
  status: number,
  way: (tunnel: Tunnel) => ReturnType<typeof through>,
): Case<Tunnel> {
  const passes = status >= 500;
  const verdict = passes ? 'is tried again' : 'is not tried again';
  return {
    id,
    about: 'refusal',
    title: `${what}: its HTTP ${status} names the proxy, blames no key and ${verdict}`,
    async run(tunnel) {
      const proxy = `the proxy 127\\.0\\.0\\.1:${tunnel.port} of \`proxy\``;
      const wish = status === 401 || status === 407;
      const onRequest = await failureOf(ask(way(tunnel), ['Hello.']));
      expectSecret(onRequest, password);
      match(onRequest.message, new RegExp(`^${proxy} before \\S+ answered ${status}`));
      const says = [
        `: ${proxy} refused the tunnel with HTTP ${status}\\.`,
        wish ? ' It wants other credentials in its URL\\.' : '',
        passes ? '( Given up: .*)?$' : '$',
      ].join('');
      const seen = await expectRefusal(way(tunnel), { says: new RegExp(says), dials: passes ? 2 : 1 });
      return seen.replace(`127.0.0.1:${tunnel.port}`, 'HOST');
    },
  };
}
