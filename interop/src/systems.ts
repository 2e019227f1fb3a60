import { livekit } from './livekit/livekit.ts';
import { nginx } from './network/nginx.ts';
import type { System } from './system.ts';

/** All of them, in the order in which they run. Adding one is one file and one line here. */
export const systems: readonly System[] = [nginx, livekit];
