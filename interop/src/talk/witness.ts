import { AsyncLocalStorage } from 'node:async_hooks';

const facts = new AsyncLocalStorage<string[]>();

/** Runs something, and collects in `seen` what its calls were like. */
export function witness<T>(seen: string[], run: () => T): T {
  return facts.run(seen, run);
}

/** Tells what a call was like. Of what differs from run to run the place is kept, and the value is not. */
export function testify(fact: string): void {
  facts.getStore()?.push(normal(fact));
}

/** Ports, ids that were made up on the way, and times. */
function normal(fact: string): string {
  return fact
    .replaceAll(/\b(127\.0\.0\.1|localhost):\d+/g, '$1:PORT')
    .replaceAll(/\b(resp|event|item|req|msg|sess|conv|chatcmpl)[_-][\w-]{6,}/g, '$1_ID')
    .replaceAll(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, 'ID');
}
