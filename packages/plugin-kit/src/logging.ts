import { log, loggerOptions } from '@livekit/agents';

/** The part of LiveKit's logger that the kit uses. Messages are static; what varies goes into the fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** LiveKit's logger where it is initialised, and nothing where it is not: `log()` throws before `initializeLogger()`. */
export function logger(): Logger | undefined {
  return loggerOptions() === undefined ? undefined : log();
}
