import assert from 'node:assert/strict';
import type { Case } from '../../system.ts';
import { during, type LiteLLMWorld, type Place } from '../world.ts';
import { assertSays, converse, lastOf, listen, respond, thrice, type Attempt } from './attempt.ts';

/** What a provider does to the proxy, and what comes of it. */
interface Trouble {
  id: string;
  /** Behind `path=…`. */
  fault: string;
  title: string;
  connOptions?: typeof thrice;
  /** A second socket answers. */
  recovers?: boolean;
  /** Sockets that were dialled. */
  dials: number;
  /** Of the last error. */
  closeCode?: number;
  name?: string;
  says?: readonly string[];
}

const final = 'is final, and tells whose key it was';
const again = 'is tried again, and answered on a second socket';

/** A short patience, so that a run is quick; the proxy's own is ten seconds. */
const impatient = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1_000 };
const patient = { ...thrice, timeoutMs: 3_000 };

/** On the sockets of sessions: LiteLLM tells what the provider did. */
const sessions: readonly Trouble[] = [
  {
    id: '401',
    fault: 'refuse:401',
    title: `a provider that refuses with 401 ${final}`,
    dials: 1,
    says: ['HTTP 401', 'LiteLLM’s own'],
  },
  {
    id: '429',
    fault: 'refuse:429',
    title: 'a provider that refuses with 429 is tried again a few times (1013)',
    dials: 3,
    says: ['HTTP 429'],
  },
  {
    id: '500',
    fault: 'refuse:500',
    title: 'a provider that refuses with 500 is tried again a few times (1011)',
    dials: 3,
    says: ['HTTP 500'],
  },
  {
    id: 'reset',
    fault: 'reset-handshake',
    title: 'a provider that resets is tried again a few times',
    dials: 3,
    closeCode: 1011,
    says: ['Internal server error'],
  },
  {
    id: '4000',
    fault: 'close-after:1,code=4000,reason=why',
    title: 'a provider that closes with 4000 is final, with its reason',
    dials: 1,
    says: ['4000', 'why'],
  },
  {
    id: '1000',
    fault: 'close-after:1,code=1000,times=1',
    title: `a provider that closes with 1000 ${again}`,
    dials: 2,
    recovers: true,
  },
  { id: '1006', fault: 'end-after:1,times=1', title: `a provider that vanishes ${again}`, dials: 2, recovers: true },
  {
    id: 'hangs',
    fault: 'never-answer',
    title: 'a provider that never answers is a timeout of ours, before the proxy’s own',
    dials: 1,
    connOptions: impatient,
    name: 'APITimeoutError',
  },
];

/** On those of Responses: it tells of refusals only. */
const turns: readonly Trouble[] = [
  ...sessions.filter(({ id }) => ['401', '429', '500', 'reset'].includes(id)),
  {
    id: '4000',
    fault: 'close-after:2,code=4000,times=1',
    title: `a provider that closes with 4000 is silence, which ${again}`,
    dials: 2,
    recovers: true,
    connOptions: patient,
  },
  {
    id: '1000',
    fault: 'close-after:2,code=1000,times=1',
    title: `a provider that closes with 1000 is silence, which ${again}`,
    dials: 2,
    recovers: true,
    connOptions: patient,
  },
  {
    id: '1006',
    fault: 'end-after:2,times=1',
    title: `a provider that vanishes in a turn is silence, which ${again}`,
    dials: 2,
    recovers: true,
    connOptions: patient,
  },
  {
    id: 'hangs',
    fault: 'never-answer',
    title: 'a provider that never answers is a timeout',
    dials: 1,
    connOptions: impatient,
    name: 'APITimeoutError',
  },
];

type Use = (place: Place, options: { connOptions?: typeof thrice }) => Promise<Attempt>;

function casesOf(
  about: string,
  path: string,
  answer: string,
  use: Use,
  troubles: readonly Trouble[],
): Case<LiteLLMWorld>[] {
  return troubles.map(({ id, title, fault, connOptions = thrice, recovers, dials, closeCode, name, says = [] }) => ({
    id: `${about}-upstream-${id}`,
    ...{ about, title },
    run: (world) =>
      during(world, `${fault},path=${path}`, async (injected) => {
        const attempt = await use(world.proxy, { connOptions });
        assert.ok(injected.hits > 0, 'the fault was not met');
        assert.equal(attempt.dials, dials);
        if (recovers) {
          assert.equal(attempt.answer, answer);
          assert.ok(attempt.failures.every(({ recoverable }) => recoverable));
        } else {
          const last = lastOf(attempt);
          if (closeCode) assert.equal(last.cause?.closeCode, closeCode);
          if (name) assert.equal(last.error.name, name);
          assertSays(last, ...says);
        }
        return dials === 1 ? '1 dial' : `${dials} dials`;
      }),
  }));
}

export const upstream: readonly Case<LiteLLMWorld>[] = [
  ...casesOf('conversation', '/v1/realtime', 'You said hello proxy', converse, sessions),
  ...casesOf('transcription', '/v1/realtime', 'hello proxy', listen, sessions),
  ...casesOf('responses', '/v1/responses', 'You said hello proxy', respond, turns),
];
