import type { LongKind } from './calls.ts';

/** Something that goes wrong and that a call survives. */
export interface Mishap {
  /** For loopback, which hits so many sessions of a cloud with it. */
  fault: string;
  /** It waits for a dial: so many sockets are closed first. */
  needsDial?: boolean;
  /** It hits each of them so often. Default 1. */
  times?: number;
  /** Sound flows for so many milliseconds after it. Default 15,000; what is found by its silence takes longer. */
  flowMs?: number;
  /** It stays with a socket for as long as that lives: what is planned then is not for nothing. */
  persists?: boolean;
  /** Where it makes no sense. */
  notFor?: readonly LongKind[];
}

/** A ping after 15 s of silence, 10 s for the pong, and some time behind that. */
const silent = 45_000;

export const mishaps: readonly Mishap[] = [
  // A line that is open.
  { fault: 'stall-after:0', flowMs: silent },
  { fault: 'mute-after:0', flowMs: 30_000, persists: true },
  { fault: 'drop-after:0' },
  { fault: 'end-after:0' },
  { fault: 'close-after:0,code=1000' },
  { fault: 'close-after:0,code=1001' },
  { fault: 'close-after:0,code=1005' },
  { fault: 'close-after:0,code=1011' },
  { fault: 'close-after:0,code=1012' },
  { fault: 'close-after:0,code=1013' },
  { fault: 'expire:0' },
  // What a voice that never stops says would pile up in the service.
  { fault: 'slow-drip:0', persists: true, notFor: ['duplex'] },
  { fault: 'stop-reading:0', flowMs: silent },
  { fault: 'freeze:0,ms=8000' },
  { fault: 'freeze:0,ms=60000', flowMs: 75_000 },
  { fault: 'malformed-json:0' },
  { fault: 'json-null:0' },
  { fault: 'json-number:0' },
  { fault: 'json-array:0' },
  { fault: 'unknown-event:0' },
  { fault: 'orphan:0' },
  { fault: 'prototype-keys:0' },
  { fault: 'binary-frame:0' },
  { fault: 'error-event:0,kind=rate-limit' },
  { fault: 'error-event:0,kind=server' },
  // A line that is to be opened.
  { fault: 'refuse-connection:2000', needsDial: true },
  { fault: 'reset-handshake', needsDial: true },
  { fault: 'never-answer', needsDial: true, flowMs: 30_000 },
  { fault: 'answer-late:5000', needsDial: true },
  { fault: 'refuse:503', needsDial: true, times: 2 },
  { fault: 'refuse:429,retry-after=2', needsDial: true },
  { fault: 'html-page:502', needsDial: true },
  { fault: 'silence', needsDial: true, flowMs: 30_000 },
  { fault: 'deaf', needsDial: true, flowMs: 30_000, persists: true },
  { fault: 'close-at-once:1011', needsDial: true },
  { fault: 'close-at-once:1013', needsDial: true },
  { fault: 'close-before-first-event:1011', needsDial: true },
  { fault: 'lose-first-event', needsDial: true, flowMs: 30_000 },
];
