import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What files say before they are written, so that none of it may have happened. */
export class Undo {
  readonly #root: string;
  readonly #texts = new Map<string, Buffer>();
  /** Files and folders that are not there. */
  readonly #missing = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Keeps what is there, and that it is not, under these paths from the root. */
  keep(paths: readonly string[]): void {
    for (const path of paths) {
      const file = join(this.#root, path);
      if (existsSync(file)) this.#texts.set(file, readFileSync(file));
      else this.#missing.add(this.#highestMissing(path));
    }
  }

  /** As it was: whatever came into a new folder goes with it. */
  undo(): void {
    for (const path of this.#missing) if (existsSync(path)) rmSync(path, { recursive: true });
    for (const [file, text] of this.#texts)
      if (!existsSync(file) || !readFileSync(file).equals(text)) writeFileSync(file, text);
  }

  #highestMissing(path: string): string {
    const above = dirname(path);
    return above === '.' || existsSync(join(this.#root, above)) ? join(this.#root, path) : this.#highestMissing(above);
  }
}
