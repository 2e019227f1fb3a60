import { equal, match, ok } from 'node:assert/strict';
import { Agent } from 'node:https';
import type { Case } from '../../system.ts';
import { failureOf } from '../../talk/call.ts';
import { expectEveryTurn, expectEveryWord, expectPassage, expectRefusal } from '../callers.ts';
import { ask, recite } from '../requests.ts';
import { trusting } from '../trust.ts';
import { through, type Tunnel } from '../tunnel.ts';
import { chatOver, dictationOver, wordsOf, type Way } from '../ways.ts';

export interface World extends Tunnel {
  /** The authority in whose name the proxy reads what is said over TLS. */
  inspector: string;
  /** What the proxy has done, in its own words. */
  said: () => string;
}

export const inspectionCases: Case<World>[] = [
  {
    id: 'unknown-authority',
    about: 'passage',
    title: 'a proxy that reads along in the name of an authority nobody was told of is not trusted, nor dialled again',
    async run(world) {
      const says = /TLS failed with \w+\. .*NODE_EXTRA_CA_CERTS.*`ca`/;
      match((await failureOf(ask(to(world), ['Hello.']))).message, says);
      return expectRefusal(to(world), { says, dials: 1 });
    },
  },
  inspected(
    'named-authority',
    'passage',
    'with its authority named, callers and requests get through',
    async (world) => {
      const seen = await expectPassage(to(world));
      equal(await ask(to(world), ['One for sorrow.']), 'One for sorrow.');
      equal(await recite(to(world), 'Two for joy.'), 'Two for joy.');
      return `${seen}; HTTP too`;
    },
  ),
  {
    id: 'agent',
    about: 'passage',
    title: 'the same with an `agent` that knows the authority and the proxy',
    async run({ port, secure, inspector }) {
      const agent = new Agent({ ca: inspector, proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
      const way = { baseURL: secure.url, agent };
      const seen = await expectEveryTurn(way, { dials: 1 });
      equal(await ask(way, ['One for sorrow.']), 'One for sorrow.');
      agent.destroy();
      return `${seen}; HTTP too`;
    },
  },
  inspected(
    'clean-close-mid-call',
    'loss',
    'a provider that breaks off arrives as a clean 1000, and is a loss all the same',
    (world) => {
      return expectEveryWord(to(world), { dials: 2, loss: /code 1000/, midway: () => world.secure.dropSockets() });
    },
  ),
  inspected('clean-close-between-turns', 'loss', 'between two turns as well', (world) =>
    expectEveryTurn(to(world), {
      dials: 2,
      first: async () => world.secure.dropSockets(),
    }),
  ),
  inspected(
    'clean-close-mid-answer',
    'loss',
    'an answer that is broken off is an error, although its socket is closed cleanly',
    async (world) => {
      const chat = chatOver(to(world));
      const { faults } = world.secure;
      faults.inject('drop-after:7');
      const answer = await chat.ask('Three for a girl, four for a boy.').finally(() => faults.clear());
      const error = await chat.failure();
      await chat.end();
      match(error.message, /code 1000/);
      equal(chat.dials, 1);
      return `1 dial: after “${answer.trim()}”, ${wordsOf(error)}`;
    },
  ),
  inspected(
    'edits',
    'edits',
    'fields and events that nobody knows, and a first event that never comes, disturb nobody',
    async (world) => {
      const seen = await expectEveryWord(to(world, 'edits/'), { dials: 1 });
      for (const deed of ['dropped session.created', 'changed an event', 'said something itself'])
        ok(world.said().includes(deed), `the proxy has not ${deed}`);
      return seen;
    },
  ),
  inspected(
    'added-model',
    'edits',
    'a `model` that is added to the URL of a transcription is refused by the provider, and not tried again',
    async (world) => {
      const call = dictationOver(to(world, 'adds-a-model/'));
      const error = await call.failure();
      await call.end();
      match(error.message, /4000: invalid_request_error\.invalid_model/);
      equal(call.dials, 1);
      return `1 dial: ${wordsOf(error)}`;
    },
  ),
  forbidden('json', 'blocked by policy 7'),
  forbidden('html', 'Blocked'),
  inspected(
    'dead-port',
    'refusal',
    'a provider that the proxy cannot reach: its HTTP 502 names the proxy, blames no key and is tried again',
    async (world) => {
      const says = new RegExp(`the proxy 127\\.0\\.0\\.1:${world.port} of \`proxy\` refused the tunnel with HTTP 502`);
      const way = through(world, `https://127.0.0.1:${world.deadPort}/v1`, '');
      const seen = await expectRefusal(way, { says, dials: 2 });
      return seen.replace(`127.0.0.1:${world.port}`, 'HOST');
    },
  ),
];

/** Whoever is called is reached through the proxy, which does what the first part of the path says. */
function to(world: World, purpose: string = ''): Way {
  return through(world, world.secure.url.replace(/v1$/, `${purpose}v1`), '');
}

function inspected(id: string, about: string, title: string, run: (world: World) => Promise<string>): Case<World> {
  return { id, about, title, run: (world) => trusting(world.inspector, () => run(world)) };
}

function forbidden(shape: 'json' | 'html', words: string): Case<World> {
  return inspected(
    `forbidden-in-${shape}`,
    'refusal',
    `a 403 of the proxy’s own, said in ${shape.toUpperCase()}, is not tried again, and no key is blamed`,
    async (world) => {
      const way = to(world, `forbids-in-${shape}/`);
      match((await failureOf(ask(way, ['Hello.']))).message, /answered 403/);
      return expectRefusal(way, { says: new RegExp(`refused with HTTP 403 by .*${words}`), dials: 1, hop: 'gateway' });
    },
  );
}
