/** What goes wrong while one phrase is said and answered. */
export interface Attack {
  /** For people. */
  title: string;
  /** Faults of the local cloud, by name. */
  faults: readonly string[];
  /** Milliseconds of the phrase after which they lie in wait. Default: before it. */
  speakingMs?: number;
  /** Milliseconds between that and the phrase. */
  pauseMs?: number;
  /** Everything that the models tell of it, in order; see `tellError` and `tellConnection`. */
  tells: readonly string[];
  /** The answer is cut in the middle, and nothing says the rest of it. */
  cuts?: true;
}

/** What came of an attack. */
export interface Ordeal {
  title: string;
  /** How often each of its faults happened. */
  hits: number[];
  /** What was to be told, and what was. */
  expected: readonly string[];
  told: string[];
  /** Audio of the caller's, speech or silence, that was told to be dropped, milliseconds. */
  droppedMs: number;
  /** What the caller was to hear, unless the answer was to be cut. */
  answer: string;
  cuts: boolean;
}

/** The end of the answer that nobody heard. */
export function lostOf({ answer }: Ordeal, heard: string): string {
  return answer.startsWith(heard) ? answer.slice(heard.length).trim() : answer;
}
