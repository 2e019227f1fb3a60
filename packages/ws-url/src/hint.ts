import type { Capability, Hint, Timeout } from './types.ts';

/** A refusal as a session or an SDK saw it. */
export interface Refusal {
  status?: number;
  closeCode?: number;
  /** Close reason, error event or body. */
  text?: string;
  timeout?: Timeout;
}

/** What the table knows about the connection that was refused. */
export interface Refused {
  capability: Capability;
  modelInUrl: boolean;
}

/**
 * What servers answer to an upgrade that arrives as an ordinary request, because a hop took its headers away: 426, an
 * empty 403 (Envoy 1.40 itself), or words about it (Go, Python).
 */
const settings =
  'nginx needs `proxy_http_version 1.1` and the headers `Upgrade` and `Connection`, Envoy `upgrade_configs` with `websocket`';
const upgrade = `Something on the way does not hand WebSocket upgrades on: ${settings}.`;
/** LiteLLM, behind a plain base URL, says no more than Envoy does. */
const wordless = `There are two usual causes. Something on the way does not hand WebSocket upgrades on: ${settings}. Or a gateway refuses this key or this model: say which one it is with \`gateway\`, e.g. \`gateways.litellm(…)\`, and the error knows more.`;
export const strippedUpgrade: readonly Hint[] = [
  { status: 426, say: upgrade },
  { status: 403, text: /^\s*$/, say: wordless },
  { status: [400, 404], text: /websocket.*upgrade|upgrade.*websocket/i, say: upgrade },
];

/** The first hint whose conditions all hold. */
export function findHint(hints: readonly Hint[], refusal: Refusal, refused: Refused): string | undefined {
  return hints.find((hint) => fits(hint, refusal, refused))?.say;
}

function fits(hint: Hint, refusal: Refusal, refused: Refused): boolean {
  return (
    includes(hint.status, refusal.status) &&
    includes(hint.closeCode, refusal.closeCode) &&
    includes(hint.timeout, refusal.timeout) &&
    (hint.text === undefined || (refusal.text !== undefined && hint.text.test(refusal.text))) &&
    (hint.capabilities === undefined || hint.capabilities.includes(refused.capability)) &&
    (hint.modelInUrl === undefined || hint.modelInUrl === refused.modelInUrl)
  );
}

function includes<T extends number | string>(wanted: T | readonly T[] | undefined, actual: T | undefined): boolean {
  if (wanted === undefined) return true;
  return actual !== undefined && [wanted].flat().includes(actual);
}
