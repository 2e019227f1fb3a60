/** Lets tests wait for what servers and sessions have seen, without looking at a clock. */
export interface Conditions {
  /** Something happened: whoever waits looks again. */
  changed(this: void): void;
  /** Resolves when `condition` holds. */
  until(this: void, condition: () => boolean): Promise<void>;
}

export function conditions(): Conditions {
  const watchers = new Set<() => void>();
  return {
    changed() {
      for (const watch of [...watchers]) watch();
    },
    until(condition) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve) => {
        const watch = (): void => {
          if (!condition()) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
      });
    },
  };
}
