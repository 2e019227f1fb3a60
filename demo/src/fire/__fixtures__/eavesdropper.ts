import { format, inspect } from 'node:util';

export interface Eavesdropper {
  readonly leaks: string[];
  readonly escaped: unknown[];
  /** Prints a thing in every way in which somebody who debugs would. */
  sees(what: string, thing: unknown): void;
  stop(): void;
}

/** Reads all that this process prints, logs of LiveKit included, and looks for a secret in it. Keeps what nobody caught. */
export function eavesdrop(secret: string): Eavesdropper {
  const leaks: string[] = [];
  const escaped: unknown[] = [];
  const look = (text: string, where: string): void => {
    if (text.includes(secret)) leaks.push(where);
  };
  const restore = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    stream.write = ((...args: Parameters<typeof stream.write>) => {
      look(String(args[0]), 'output');
      const callback = args.find((arg) => typeof arg === 'function') as ((error?: Error) => void) | undefined;
      callback?.();
      return true;
    }) as typeof stream.write;
    return () => void (stream.write = write);
  });
  const escapes = (error: unknown): void => {
    escaped.push(error);
    look(inspect(error, { depth: 8 }), 'an error that nobody caught');
  };
  process.on('unhandledRejection', escapes);
  process.on('uncaughtException', escapes);
  return {
    leaks,
    escaped,
    sees(what, thing) {
      look(`${inspect(thing, { depth: 8, showHidden: true, getters: true })}\n${format('%j', thing)}`, what);
    },
    stop() {
      process.off('unhandledRejection', escapes);
      process.off('uncaughtException', escapes);
      for (const each of restore) each();
    },
  };
}
