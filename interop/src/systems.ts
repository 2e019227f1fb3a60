import { autobahn } from './autobahn/autobahn.ts';
import { caddy } from './network/caddy.ts';
import { envoy } from './network/envoy/envoy.ts';
import { haproxy } from './network/haproxy.ts';
import { nginx } from './network/nginx.ts';
import type { System } from './system.ts';

/** All of them, in the order in which they run. Adding one is one file and one line here. */
export const systems: readonly System[] = [envoy, nginx, haproxy, caddy, autobahn];
