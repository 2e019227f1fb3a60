import { PatchbayError } from './errors.ts';
import type { Credential } from './types.ts';

/** A credential and the option that it came from. */
export interface NamedCredential {
  readonly option: string;
  readonly credential: Credential;
}

/** Checks a credential as far as it is known at construction; functions are checked on every attempt. */
export function checkCredential(credential: unknown, option: string): NamedCredential | undefined {
  if (credential === undefined) return undefined;
  if (typeof credential === 'function') return { option, credential: credential as Credential };
  return { option, credential: cleanKey(credential, option) };
}

/** Asks for the credential now. Ends at once when the signal aborts, even if the function never answers. */
export async function readCredential(
  named: NamedCredential,
  signal: AbortSignal,
  scrub: (text: string) => string,
): Promise<string> {
  const { option, credential } = named;
  if (typeof credential === 'string') return credential;
  let key: unknown;
  try {
    key = await untilAborted(async () => credential(), signal);
  } catch (error) {
    if (PatchbayError.is(error)) throw error;
    // The token service may be back a moment later. Its error may quote a secret, so only scrubbed text is kept.
    const reason = scrub(error instanceof Error ? error.message : 'no reason given');
    throw new PatchbayError('missing-credential', `The function given as \`${option}\` failed: ${reason}`, {
      retryable: true,
    });
  }
  return cleanKey(key, `${option}()`);
}

/** Keys come from files and environments: surrounding white space is taken off, anything odd inside is refused. */
function cleanKey(key: unknown, option: string): string {
  if (typeof key !== 'string') {
    throw new PatchbayError('invalid-option', `\`${option}\` must be a string or a function that returns one.`);
  }
  const clean = key.trim();
  if (clean === '') throw new PatchbayError('missing-credential', `\`${option}\` is empty.`);
  if (!/^[\x21-\x7e]+$/.test(clean)) {
    throw new PatchbayError(
      'invalid-option',
      `\`${option}\` contains white space, a line break or a character outside ASCII; no key does.`,
    );
  }
  return clean;
}

/** The work's result, or `aborted` as soon as the signal says so. Leaves no listener behind. */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const gaveUp = (): PatchbayError =>
    new PatchbayError('aborted', 'The connection was given up before it was dialled.');
  if (signal.aborted) throw gaveUp();
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(gaveUp());
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
