export interface Act {
  title: string;
  passed: boolean;
  /** What was seen, or why it failed. */
  seen: string;
  seconds: number;
}

/** What happens in a rehearsal, one after the other: nothing after what failed, for it builds on it. */
export class Acts {
  readonly all: Act[] = [];
  readonly #told: (line: string) => void;

  constructor(told: (line: string) => void) {
    this.#told = told;
  }

  /** @returns what came of it. @throws whatever `work` throws, once it is told. */
  async act<T>(title: string, work: () => Promise<T>, seenIn: (result: T) => string = String): Promise<T> {
    const startMs = performance.now();
    const over = (passed: boolean, seen: string): void => {
      const seconds = (performance.now() - startMs) / 1000;
      this.all.push({ title, passed, seen, seconds });
      this.#told(`${passed ? 'pass' : 'FAIL'}  ${seconds.toFixed(1).padStart(6)} s  ${title}: ${seen}`);
    };
    try {
      const result = await work();
      over(true, seenIn(result));
      return result;
    } catch (error) {
      over(false, (error as Error).message);
      throw error;
    }
  }
}
