/**
 * Which room of the house a file is in, and what each room may reach.
 * The arrows of the layers point one way: plugins → plugin-kit → ws-session → ws-url.
 */

import { dirname, join } from 'node:path/posix';

/** @typedef {{ name: string, kind: 'plugin' | 'package', client: boolean }} Room */

/** Rooms that stand beside the layers and judge them: servers live here, and no client code may be imported. */
const beside = new Set(['loopback', 'conformance']);

/** What each layer may import of the house. */
const arrows = {
  'ws-url': [],
  'ws-session': ['@patchbay/ws-url'],
  'plugin-kit': ['@patchbay/ws-url', '@patchbay/ws-session'],
  plugin: ['@patchbay/ws-url', '@patchbay/plugin-kit'],
  loopback: [],
  conformance: ['@patchbay/loopback', '@patchbay/ws-url', '@patchbay/ws-session', '@patchbay/plugin-kit'],
};

/** What a layer must not know of the world, and why. */
const strangers = {
  'ws-url': [
    [/^(node:)?(net|tls|http|https|http2|dns|fs|dgram|child_process|worker_threads)(\/|$)/, 'ws-url is pure: no I/O'],
  ],
  'ws-session': [[/^(@livekit\/|openai(\/|$))/, 'ws-session knows no LiveKit and no provider']],
  'plugin-kit': [[/^openai(\/|$)|^@deepgram\/|^@soniox\//, 'plugin-kit knows no provider']],
  loopback: [[/^@livekit\//, 'loopback imports no client code, so that it can judge it']],
};

/**
 * @param {string} filename
 * @returns {Room | undefined}
 */
export function roomOf(filename) {
  const match = /(?:^|\/)(plugins|packages)\/([^/]+)\/src\//.exec(filename.replaceAll('\\', '/'));
  if (!match) return undefined;
  const [, folder, name] = match;
  return { name, kind: folder === 'plugins' ? 'plugin' : 'package', client: !beside.has(name) };
}

/**
 * What a relative import is in truth: a file of another room counts as that room's package.
 * @param {string} filename
 * @param {string} source
 */
export function resolved(filename, source) {
  if (!source.startsWith('.')) return source;
  const path = join(dirname(filename.replaceAll('\\', '/')), source);
  const match = /(?:^|\/)(plugins|packages)\/([^/]+)\//.exec(path);
  return match && match[2] !== roomOf(filename)?.name ? `@patchbay/${match[2]}` : source;
}

/**
 * Why a room may not import a module, or undefined if it may.
 * @param {Room} room
 * @param {string} source
 */
export function refusal(room, source) {
  const key = room.kind === 'plugin' ? 'plugin' : room.name;
  if (source.startsWith('@patchbay/')) {
    const target = source.split('/').slice(0, 2).join('/');
    if (target === `@patchbay/${room.name}`) return undefined;
    const allowed = arrows[key] ?? [];
    if (allowed.includes(target)) return undefined;
    return `${key} may import ${allowed.length === 0 ? 'nothing of the house' : allowed.join(', ')}; the arrows point one way`;
  }
  for (const [pattern, reason] of strangers[key] ?? []) if (pattern.test(source)) return reason;
  return undefined;
}
