import { glob, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from '../process/answers.ts';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { tunnelCases } from './tunnel-cases.ts';
import { forbiddenDomain, password, startClouds, user, type Tunnel } from './tunnel.ts';

let root = '';

export const squid = defineSystem<Tunnel>({
  name: 'squid',
  title: 'Squid',
  group: 'network',
  version: '5.7',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('squid', ['squid=5.7*']);
  },
  async start(stage) {
    const tunnel = await startClouds(stage);
    const folder = stage.folder();
    const file = join(folder, 'squid.conf');
    await writeFile(file, configuration(tunnel, folder));
    // Its memory that others could share has a name, which two at a time must not have in common.
    const name = `interop${tunnel.port}`;
    stage.atEnd(() => removeMemory(name));
    await stage.service({
      command: join(root, 'usr/sbin/squid'),
      args: ['-N', '-n', name, '-f', file],
      env: debianEnvironment(root),
      isReady: () => listens(tunnel.port),
    });
    return tunnel;
  },
  cases: tunnelCases({ wrongPassword: 407, deadPort: 503 }),
});

/** It does so itself, unless it had to be killed. */
async function removeMemory(name: string): Promise<void> {
  for await (const file of glob(`/dev/shm/${name}-*`)) await rm(file, { force: true });
}

/**
 * Started by root it becomes somebody who may read nothing of ours, so that the password is asked of a shell, and there
 * are no logs.
 */
function configuration({ port, secure, plain, deadPort }: Tunnel, folder: string): string {
  const share = join(root, 'usr/share');
  return `http_port 127.0.0.1:${port}
cache_effective_user nobody
configuration_includes_quoted_values on
auth_param basic program /bin/sh -c "while read line; do case \\"$line\\" in '${user} ${password}') echo OK;; *) echo ERR;; esac; done"
configuration_includes_quoted_values off
auth_param basic children 1 startup=1
acl known proxy_auth REQUIRED
acl open port ${secure.port} ${plain.port} ${deadPort}
acl forbidden dstdomain ${forbiddenDomain}
http_access deny forbidden
http_access deny !open
http_access allow known
http_access deny all
dns_nameservers 127.0.0.1
udp_incoming_address 127.0.0.1
icp_port 0
htcp_port 0
snmp_port 0
read_timeout 3 seconds
connect_timeout 2 seconds
shutdown_lifetime 0 seconds
cache deny all
access_log none
cache_log /dev/null
pid_filename none
pinger_enable off
unlinkd_program /bin/true
coredump_dir ${folder}
mime_table ${join(share, 'squid/mime.conf')}
icon_directory ${join(share, 'squid/icons')}
error_directory ${join(share, 'squid-langpack/en')}
`;
}
