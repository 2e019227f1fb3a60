import type { APIConnectOptions, AsyncIterableQueue, stt } from '@livekit/agents';
import type { StreamingSTT, StreamingSTTDescription } from './streaming-stt.ts';

/** What a `ListeningLine` is made of. */
export interface ListeningLineSetup<Options extends object> {
  /** The stream whose engine it is. */
  stream: { readonly isClosed: boolean; close(): void };
  /** Takes what is heard. */
  queue: Pick<AsyncIterableQueue<stt.SpeechEvent>, 'closed' | 'put'>;
  model: StreamingSTT<Options>;
  description: Readonly<StreamingSTTDescription<Options>>;
  options: Readonly<Options>;
  connOptions: APIConnectOptions;
}
