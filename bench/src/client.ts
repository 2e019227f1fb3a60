import { GCProfiler } from 'node:v8';
import type { Figures, Order } from './job.ts';

/** The main of a client's process: does what it was asked for, prints its figures, and is gone. */
export async function runClient(work: (order: Order) => Promise<Figures>): Promise<void> {
  const figures = await work(JSON.parse(process.argv[2] ?? '{}') as Order);
  process.stdout.write(`${figuresMark}${JSON.stringify(figures)}\n`, () => process.exit(0));
}

/** What the line with the figures begins with: whoever else prints is not taken for them. */
export const figuresMark = 'figures ';

export interface Cost {
  /** Milliseconds of this process on any core, user and system, collectors of garbage included. */
  cpuMs: number;
  /** Bytes that were allocated on the heap of JavaScript; the memory behind typed arrays and buffers is no part of it. */
  allocatedBytes: number;
}

/**
 * What some work costs. Warm up before. Garbage is not collected first: asked for it, V8 lowers the size at which it
 * next marks the whole heap, and that falls into the measurement of whoever comes near it.
 */
export async function costOf(work: () => Promise<void>): Promise<Cost> {
  const profiler = new GCProfiler();
  let heap = process.memoryUsage().heapUsed;
  profiler.start();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const heapAtEnd = process.memoryUsage().heapUsed;
  let allocatedBytes = 0;
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    allocatedBytes += beforeGC.heapStatistics.usedHeapSize - heap;
    heap = afterGC.heapStatistics.usedHeapSize;
  }
  return { cpuMs: (user + system) / 1000, allocatedBytes: allocatedBytes + heapAtEnd - heap };
}

/** Bytes that somebody still holds: of the heap of JavaScript, and of the memory behind typed arrays and buffers. */
export function memoryHeld(): number {
  if (globalThis.gc === undefined) throw new Error('memory is measured with --expose-gc only');
  // Each may free what the next then finds unreachable: weak references and finalizers.
  for (let times = 0; times < collections; times++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const collections = 10;

/** Fails a job that was not done: its figures would say nothing. */
export function expectSame(what: string, seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new Error(`${what}: ${String(seen)}, and not ${String(wanted)}`);
}
