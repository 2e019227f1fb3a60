import type { Connection, Verdict, VerdictTable } from '@patchbay/ws-url';

/** What a loss means: come back after a pause, come back at once (a planned end), or give up. */
export type Outcome = 'retry' | 'rotate' | 'fatal';

/**
 * What close codes mean where no table says otherwise. RFC 6455 §7.4.1, and the registry it refers to for 1012 to
 * 1014 and 3000 to 3008. Codes that are not here, all 4xxx among them, are fatal: an application that closes with a
 * code of its own had a reason that dialling again does not remove.
 */
const CLOSES: VerdictTable = {
  // Unasked: the peer ended a session that we still need.
  1000: 'retry',
  1001: 'retry',
  1005: 'retry',
  1006: 'retry',
  1011: 'retry',
  1012: 'retry',
  1013: 'retry',
  1014: 'retry',
  3008: 'retry',
};

/** HTTP statuses worth another attempt; 5xx are, the rest are not. */
const STATUSES: VerdictTable = { 408: 'retry', 409: 'retry', 425: 'retry', 429: 'retry' };

/** The verdict on a close code: the gateway's row first, for it is the one that closes, then the endpoint, then the defaults. */
export function closeVerdict(connection: Connection, code: number, reason: string): Outcome {
  const verdict = connection.row.closes?.[code] ?? connection.endpoint.closes?.[code] ?? CLOSES[code];
  return verdict === undefined ? 'fatal' : decide(verdict, reason);
}

/** The verdict on the status of a refused upgrade. */
export function statusVerdict(connection: Connection, status: number, body: string): Outcome {
  const verdict = connection.row.statuses?.[status] ?? connection.endpoint.statuses?.[status] ?? STATUSES[status];
  if (verdict !== undefined) return decide(verdict, body);
  return status >= 500 ? 'retry' : 'fatal';
}

function decide(verdict: Verdict, text: string): Outcome {
  if (typeof verdict === 'string') return verdict;
  if (verdict.unless?.test(text) !== true) return verdict.verdict;
  return verdict.verdict === 'fatal' ? 'retry' : 'fatal';
}
