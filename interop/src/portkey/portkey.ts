import { join } from 'node:path';
import { startLoopback } from '@patchbay/loopback';
import { answers } from '../process/answers.ts';
import { defineSystem } from '../system.ts';
import { until } from '../talk/until.ts';
import { cases } from './cases.ts';
import { startProvider, type World } from './world.ts';

const version = '1.15.2';
let folder = '';

/** https://github.com/Portkey-AI/gateway */
export const portkey = defineSystem<World>({
  name: 'portkey',
  title: 'Portkey',
  group: 'portkey',
  version,
  needs: [],
  async install(installer) {
    folder = await installer.npm('portkey', import.meta.dirname);
  },
  async start(stage) {
    const cloud = await startProvider(stage);
    const port = await stage.freePort();
    const origin = `http://127.0.0.1:${port}`;
    const service = await stage.service({
      command: process.execPath,
      args: [
        ...['--import', join(import.meta.dirname, 'loopback-only.mjs')],
        ...[join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js'), `--port=${port}`, '--headless'],
      ],
      isReady: () => answers(origin),
    });
    // Before it says so, a provider that vanishes ends it.
    await until(() => service.said().includes('Ready for connections'), 'Portkey to be ready');
    const url = `${origin}/v1`;
    return { cloud, url, lossyUrl: url };
  },
  cases,
});

export const portkeyLoopback = defineSystem<World>({
  name: 'portkey-loopback',
  title: 'Portkey, as loopback imitates it',
  group: 'portkey',
  version,
  imitates: 'portkey',
  needs: [],
  async start(stage) {
    const cloud = await startProvider(stage);
    // One loses the first event of every socket, as Portkey does with a few of them; the other one loses none.
    const [faithful, forgetful] = await Promise.all(
      [false, true].map(async (loseFirstEvent) => {
        const gateway = { name: 'portkey', upstream: cloud.origin, loseFirstEvent };
        const front = await startLoopback({ voice: 'plain', gateway });
        stage.atEnd(() => front.close());
        return front.url;
      }),
    );
    return { cloud, url: faithful!, lossyUrl: forgetful! };
  },
  cases,
});
