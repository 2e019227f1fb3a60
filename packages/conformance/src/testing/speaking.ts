import type { APIConnectOptions, tts as livekit } from '@livekit/agents';
import { plainEar } from '@patchbay/loopback';

/** What is heard of a stream of speech. */
export interface Speaking<Stream> {
  stream: Stream;
  audio: livekit.SynthesizedAudio[];
  /** Ends of the stream that it told. */
  ends: number;
  over: Promise<void>;
  /** What the audio says. */
  words(): Promise<string>;
}

/** Reads a stream as AgentSession does, with LiveKit's retries but without their waits. A text that is given is all of it. */
export function speak<Stream extends livekit.SynthesizeStream>(
  model: { sampleRate: number; stream(options?: { connOptions?: APIConnectOptions }): Stream },
  text?: string,
  connOptions: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 },
): Speaking<Stream> {
  const stream = model.stream({ connOptions });
  const { sampleRate } = model;
  const audio: livekit.SynthesizedAudio[] = [];
  const words = (): Promise<string> =>
    wordsIn(
      audio.map(({ frame }) => frame.data),
      sampleRate,
    );
  const speaking: Speaking<Stream> = { stream, audio, ends: 0, over: Promise.resolve(), words };
  speaking.over = (async () => {
    for await (const item of stream) {
      if (typeof item === 'symbol') speaking.ends++;
      else audio.push(item);
    }
  })();
  if (text !== undefined) {
    stream.pushText(text);
    stream.endInput();
  }
  return speaking;
}

/** What the plain voice said in these samples. */
export async function wordsIn(pieces: readonly Int16Array[], sampleRate: number = 24_000): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const words = pieces.flatMap((samples) => listener.push(samples));
  return [...words, ...(await listener.finish())].join('').replaceAll(/\s+/g, ' ').trim();
}
