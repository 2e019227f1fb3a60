import type { PatchbayError } from '@patchbay/ws-url';

/** `promise`, or a rejection as soon as the signal aborts. Leaves no listener behind. */
export function untilAborted(
  promise: Promise<void>,
  signal: AbortSignal | undefined,
  error: () => PatchbayError,
): Promise<void> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(error());
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
