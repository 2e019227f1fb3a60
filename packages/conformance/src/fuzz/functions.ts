import type { Feed, Frame } from './feed.ts';

/** More kinds of failure than these teach nothing. */
const mostKinds = 8;

export interface FunctionOptions {
  /** Errors that the function is there to throw. Default: none. */
  isAnswer?: (error: unknown) => boolean;
}

/**
 * One frame after the other into a function. What it throws and should not is collected, one of each kind, with the
 * frame that did it.
 */
export async function feedFunction(
  feed: Feed,
  read: (frame: Frame) => unknown,
  { isAnswer = () => false }: FunctionOptions = {},
): Promise<void> {
  const kinds = new Map<string, Error>();
  while (feed.left > 0) {
    const frame = feed.next();
    try {
      read(frame);
    } catch (error) {
      if (!isAnswer(error)) note(kinds, error, frame);
    }
    feed.delivered();
    // Timers and whoever watches want their turn.
    if (feed.left % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (kinds.size > 0) throw new Error([...kinds.values()].map(({ message }) => message).join('\n'));
}

function note(kinds: Map<string, Error>, error: unknown, frame: Frame): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n');
  // The same place is the same failure, whatever it says.
  const kind = lines.find((line) => line.includes('file:')) ?? stack;
  if (kinds.has(kind) || kinds.size >= mostKinds) return;
  kinds.set(kind, new Error(`${lines.slice(0, 4).join('\n')}\n  frame: ${shown(frame)}`));
}

/** A frame for a report. */
export function shown(frame: Frame): string {
  return JSON.stringify((typeof frame === 'string' ? frame : frame.toString('latin1')).slice(0, 500));
}
