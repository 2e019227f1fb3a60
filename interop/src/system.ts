import type { Capability } from '@patchbay/ws-url';
import type { Installer } from './setup/installer.ts';
import type { Tool } from './setup/tools.ts';
import type { Stage } from './stage.ts';

/** The groups that `pnpm interop` can be asked for by name. */
export const groups = ['litellm', 'portkey', 'network', 'autobahn', 'recogniser', 'livekit'] as const;
export type Group = (typeof groups)[number];

/** Software that others wrote, or loopback's imitation of it, and what is asked of it. */
export interface System<World = unknown> {
  /** What `pnpm interop` calls it: `litellm`, `nginx`. */
  name: string;
  title: string;
  group: Group;
  /** As it calls itself. */
  version: string;
  /** Loopback's imitation, which is asked the same as the real one: the cases are one list. */
  imitates?: string;
  /** What must be on the machine; without it the system is skipped by name. */
  needs: readonly Tool[];
  /** Installs it, at most once, into the folder that Git ignores. */
  install?(installer: Installer): Promise<void>;
  /** Starts it; what it starts is stopped by the stage. */
  start(stage: Stage): Promise<World>;
  cases: readonly Case<World>[];
}

/** Something that must hold. */
export interface Case<World> {
  /** Unique in its system, in kebab case: `wrong-key`. */
  id: string;
  /** What is asked about, as a row's heading: a capability of the table of gateways, or words of the system's own. */
  about: Capability | (string & {});
  /** What holds, as a sentence without a full stop: “a wrong key is a typed error that names both causes”. */
  title: string;
  /** Throws where it does not hold. What it returns, a few words without times or ports, is shown beside the title. */
  run(world: World): Promise<string | void>;
}

/** A system whose cases know its world. */
export function defineSystem<World>(system: System<World>): System {
  return system;
}
