import { createScrubber, type Connection, type DialRequest } from '@patchbay/ws-url';
import { proxySecrets } from './agent.ts';
import type { FailureContext } from './classify.ts';
import type { Runtime } from './runtime.ts';
import type { NetworkOptions } from './types.ts';

/** What made an attempt. */
interface AttemptOptions {
  connection: Connection;
  network: NetworkOptions;
  runtime: Runtime;
}

/** What a failure of one attempt is told with. `request`: what was dialled, if it came to that. */
export function attemptContext(
  { connection, network, runtime }: AttemptOptions,
  request: DialRequest | undefined,
  requestId: string | undefined,
): FailureContext {
  // The connection cannot know what a credential callback answered.
  const scrubAttempt = createScrubber([...(request?.secrets ?? []), ...proxySecrets(request?.url, network)]);
  return {
    connection,
    where: request?.redacted ?? connection.redacted,
    scrub: (text) => connection.scrub(scrubAttempt(text)),
    requestId,
    wallClock: () => runtime.clock.wallClock(),
  };
}
