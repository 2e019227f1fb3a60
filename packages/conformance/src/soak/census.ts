import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What there is of everything that could leak, at a quiet moment. */
export interface Census {
  /** Session time, hours. */
  hour: number;
  /** Bytes, behind a full collection. */
  heap: number;
  /** Timers on the clock. */
  timers: number;
  /** Sockets on the service's side. */
  sockets: number;
  /** Sockets of this process, whoever's. */
  handles: number;
  listeners: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use when everything that can go is gone, those of buffers too. */
export function heapInUse(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** TCP connections of this process. */
export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
