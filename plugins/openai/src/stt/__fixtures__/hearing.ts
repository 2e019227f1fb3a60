import { stt as livekit } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/plugin-kit';
import type { RequestSpeechStream, SpeechStream } from '../speech-stream.ts';
import type { STT } from '../stt.ts';

const { SpeechEventType } = livekit;

/** What a consumer of a stream gets to know. */
export interface Hearing {
  stream: SpeechStream | RequestSpeechStream;
  events: livekit.SpeechEvent[];
  errors: Parameters<livekit.STTCallbacks['error']>[0][];
  connection: ConnectionEvent[];
  ended: Promise<void>;
  /** Finals as `text.`, starts and ends as `<` and `>`. */
  story(): string;
  /** Resolves when that many final transcripts have come. */
  finals(count: number): Promise<string[]>;
}

/** Reads a stream as AgentSession does. */
export function hear(model: STT, options: Parameters<STT['stream']>[0] = {}): Hearing {
  const connOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };
  const stream = model.stream({ connOptions, ...options });
  const errors: Hearing['errors'] = [];
  const connection: ConnectionEvent[] = [];
  model.on('error', (error) => errors.push(error));
  model.on('connection', (event) => connection.push(event));
  const events: livekit.SpeechEvent[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const texts = (): string[] =>
    events.flatMap(({ type, alternatives }) =>
      type === SpeechEventType.FINAL_TRANSCRIPT ? [alternatives?.[0].text ?? ''] : [],
    );
  return {
    stream,
    events,
    errors,
    connection,
    ended,
    story: () =>
      events
        .map(({ type, alternatives }) => {
          if (type === SpeechEventType.START_OF_SPEECH) return '<';
          if (type === SpeechEventType.END_OF_SPEECH) return '>';
          return type === SpeechEventType.FINAL_TRANSCRIPT ? (alternatives?.[0].text ?? '') : '';
        })
        .join(''),
    async finals(count) {
      while (texts().length < count) await new Promise((resolve) => setImmediate(resolve));
      return texts();
    },
  };
}

/** Lets the event loop turn until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
