import { autobahn } from './autobahn/autobahn.ts';
import { litellmLoopback } from './litellm/imitation.ts';
import { litellm } from './litellm/litellm.ts';
import { livekit } from './livekit/livekit.ts';
import { caddy } from './network/caddy.ts';
import { envoy } from './network/envoy/envoy.ts';
import { haproxy } from './network/haproxy.ts';
import { mitmproxy } from './network/mitmproxy/mitmproxy.ts';
import { nginx } from './network/nginx.ts';
import { squid } from './network/squid.ts';
import { tinyproxy } from './network/tinyproxy.ts';
import { toxiproxy } from './network/toxiproxy/toxiproxy.ts';
import { portkey, portkeyLoopback } from './portkey/portkey.ts';
import { recogniser } from './recogniser/recogniser.ts';
import type { System } from './system.ts';

/** All of them, in the order in which they run. Adding one is one file and one line here. */
export const systems: readonly System[] = [
  litellm,
  litellmLoopback,
  portkey,
  portkeyLoopback,
  envoy,
  nginx,
  haproxy,
  caddy,
  squid,
  tinyproxy,
  toxiproxy,
  mitmproxy,
  autobahn,
  recogniser,
  livekit,
];
