import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers } from '../process/answers.ts';
import type { Stage } from '../stage.ts';

/** How one gets at a LiveKit server, by the names that LiveKit's own programs read. */
export interface Access {
  LIVEKIT_URL: string;
  LIVEKIT_API_KEY: string;
  LIVEKIT_API_SECRET: string;
}

/** Starts a `livekit-server` that listens, and sends, on 127.0.0.1 alone. */
export async function startServer(stage: Stage, program: string): Promise<Access> {
  const [port, udpPort, silentPort] = [await stage.freePort(), await stage.freePort(), await stage.freePort()];
  const access = {
    LIVEKIT_URL: `ws://127.0.0.1:${port}`,
    LIVEKIT_API_KEY: 'interop',
    LIVEKIT_API_SECRET: 'a secret that is known to everybody',
  };
  const file = join(stage.folder(), 'livekit.yaml');
  await writeFile(file, configuration(access, { port, udpPort, silentPort }));
  const url = access.LIVEKIT_URL.replace('ws:', 'http:');
  await stage.service({ command: program, args: ['--config', file], isReady: () => answers(url) });
  return access;
}

/**
 * `ips` and `interfaces` keep it from looking at others; the TCP port of media would listen on all of them, so there is
 * none; without a STUN server of its own, which answers nothing here, it names public ones to those who join.
 */
function configuration(
  access: Access,
  { port, udpPort, silentPort }: Record<'port' | 'udpPort' | 'silentPort', number>,
): string {
  return JSON.stringify({
    port,
    bind_addresses: ['127.0.0.1'],
    rtc: {
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
      interfaces: { includes: ['lo'] },
      ips: { includes: ['127.0.0.1/32'] },
      udp_port: udpPort,
      tcp_port: 0,
      stun_servers: [`127.0.0.1:${silentPort}`],
    },
    turn: { enabled: false },
    keys: { [access.LIVEKIT_API_KEY]: access.LIVEKIT_API_SECRET },
    room: { empty_timeout: 30, departure_timeout: 2 },
    logging: { level: 'warn', pion_level: 'error', json: true },
  });
}
