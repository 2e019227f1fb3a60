import { log, loggerOptions } from '@livekit/agents';
import { scrubError, type Connection } from '@patchbay/ws-url';

/** The part of LiveKit's logger that the kit uses. Messages are static; what varies goes into the fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * LiveKit's logger where it is initialised, and nothing where it is not: `log()` throws before `initializeLogger()`.
 * `connection`: where the fields hold something that a service said, which may repeat a secret of this one.
 */
export function logger(connection?: Pick<Connection, 'scrub'>): Logger | undefined {
  if (loggerOptions() === undefined) return undefined;
  const target = log();
  if (connection === undefined) return target;
  const clean = (fields: object): object => fieldsWithout(fields, (text) => connection.scrub(text));
  return {
    debug: (fields, message) => target.debug(clean(fields), message),
    warn: (fields, message) => target.warn(clean(fields), message),
    error: (fields, message) => target.error(clean(fields), message),
  };
}

function fieldsWithout(fields: object, scrub: (text: string) => string): object {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return scrub(value);
    if (value instanceof Error) return scrubError(value, scrub);
    return Array.isArray(value) ? value.map(clean) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, clean(value)]));
}
