import { answers } from '../../process/answers.ts';
import { defineSystem } from '../../system.ts';
import { startCloud } from '../ways.ts';
import { toxicCases, type World } from './cases.ts';
import { Toxics } from './toxics.ts';

let program = '';

export const toxiproxy = defineSystem<World>({
  name: 'toxiproxy',
  title: 'Toxiproxy',
  group: 'network',
  version: '2.12.0',
  needs: ['go'],
  async install(installer) {
    const module = import.meta.dirname;
    program = await installer.go('toxiproxy', { module, program: 'github.com/Shopify/toxiproxy/v2/cmd/server' });
  },
  async start(stage) {
    const cloud = await startCloud();
    stage.atEnd(() => cloud.close());
    const [port, entrance] = [await stage.freePort(), await stage.freePort()];
    const api = `http://127.0.0.1:${port}`;
    await stage.service({
      command: program,
      args: ['-host', '127.0.0.1', '-port', String(port)],
      isReady: () => answers(`${api}/version`),
    });
    const toxics = new Toxics(api);
    await toxics.lead(`127.0.0.1:${entrance}`, `127.0.0.1:${cloud.port}`);
    return { cloud, toxics, way: { baseURL: `http://127.0.0.1:${entrance}/v1` } };
  },
  cases: toxicCases,
});
