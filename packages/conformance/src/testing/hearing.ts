import { stt as livekit, type APIConnectOptions } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/plugin-kit';

const { SpeechEventType } = livekit;

/** A speech-to-text model that tells of its connections. */
export interface ListeningModel<Stream> {
  stream(options?: { connOptions?: APIConnectOptions }): Stream;
  on(event: 'error', listener: (error: SpeechError) => void): unknown;
  on(event: 'connection', listener: (event: ConnectionEvent) => void): unknown;
}

type SpeechError = Parameters<livekit.STTCallbacks['error']>[0];

/** What a consumer of a stream gets to know. */
export interface Hearing<Stream extends livekit.SpeechStream> {
  stream: Stream;
  events: livekit.SpeechEvent[];
  errors: SpeechError[];
  connection: ConnectionEvent[];
  ended: Promise<void>;
  /** Finals as their text, starts and ends as `<` and `>`. */
  story(): string;
  /** Resolves when that many final transcripts have come. */
  finals(count: number): Promise<string[]>;
}

/** Reads a stream as AgentSession does, with LiveKit's retries but without their waits. */
export function hear<Stream extends livekit.SpeechStream>(
  model: ListeningModel<Stream>,
  connOptions: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 },
): Hearing<Stream> {
  const errors: SpeechError[] = [];
  const connection: ConnectionEvent[] = [];
  model.on('error', (error) => errors.push(error));
  model.on('connection', (event) => connection.push(event));
  const stream = model.stream({ connOptions });
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
    story: () => events.map(sign).join(''),
    async finals(count) {
      await until(() => texts().length >= count);
      return texts();
    },
  };
}

function sign({ type, alternatives }: livekit.SpeechEvent): string {
  if (type === SpeechEventType.START_OF_SPEECH) return '<';
  if (type === SpeechEventType.END_OF_SPEECH) return '>';
  return type === SpeechEventType.FINAL_TRANSCRIPT ? (alternatives?.[0].text ?? '') : '';
}

/** Lets the event loop turn until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
