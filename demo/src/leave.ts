import { dispose } from '@livekit/rtc-node';

/** The most that ending may take, milliseconds. */
export const longestEndMs = 8_000;

/** The native audio engine and LiveKit's own timers would keep the process for seconds. */
export async function leave(code: number): Promise<never> {
  setTimeout(() => process.exit(code), longestEndMs).unref();
  await dispose();
  await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));
  process.exit(code);
}
