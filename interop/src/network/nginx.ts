import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { answers } from '../process/answers.ts';

interface World {
  cloud: Loopback;
  url: string;
}

let root = '';

export const nginx = defineSystem<World>({
  name: 'nginx',
  title: 'nginx',
  group: 'network',
  version: '1.22.1',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('nginx', ['nginx-light']);
  },
  async start(stage) {
    const cloud = await startLoopback({ voice: 'plain' });
    stage.atEnd(() => cloud.close());
    const port = await stage.freePort();
    const folder = stage.folder();
    const file = join(folder, 'nginx.conf');
    await writeFile(
      file,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; events {}
http { access_log off;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${cloud.port}; } } }`,
    );
    const url = `http://127.0.0.1:${port}`;
    await stage.service({
      command: join(root, 'usr/sbin/nginx'),
      args: ['-c', file, '-e', 'stderr', '-p', folder],
      env: debianEnvironment(root),
      isReady: () => answers(url),
    });
    return { cloud, url };
  },
  cases: [
    {
      id: 'up',
      about: 'start',
      title: 'it answers',
      async run({ url }) {
        return `HTTP ${(await fetch(`${url}/v1/models`)).status}`;
      },
    },
  ],
});
