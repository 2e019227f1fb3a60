import type { Feed, Frame } from './feed.ts';

/** Where the frames go in: at a real connection of the real class, or straight into the function that reads them. */
export type Seam = 'socket' | 'http' | 'function';

/** One decoder that meets the network. */
export interface FuzzTarget {
  /** Unique: `realtime`, `chat over HTTP`. */
  name: string;
  seam: Seam;
  /** Its share of all frames, compared with other targets. Default 1. */
  weight?: number;
  /** Real frames to begin with. */
  recorded: readonly Frame[];
  /**
   * Takes frames from the feed until none is left, tells it what was delivered, and leaves nothing behind. Throws for
   * what the decoder must not do; what escapes it by other ways is noticed by whoever runs it.
   */
  run(feed: Feed): Promise<void>;
}

/** What a run of one target came to. */
export interface FuzzResult {
  name: string;
  seam: Seam;
  frames: number;
  /** Milliseconds. */
  tookMs: number;
  /** Bytes after a forced collection: once the decoder is warm, and at the end. */
  heapBefore: number;
  heapAfter: number;
  /** Why it failed; empty if it did not. */
  failures: string[];
}
