/** Runs what a user gave us to be told. If it throws, that is between them and it: no connection ends by it, and no process. */
export function swallow(tell: () => void): void {
  try {
    tell();
  } catch {
    // Nobody is left to tell.
  }
}
