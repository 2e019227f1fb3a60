import { stt as livekit } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import type { ConnectionEvent } from '@patchbay/plugin-kit';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { expect, onTestFinished } from 'vitest';
import type { RequestSpeechStream, SpeechStream } from '../speech-stream.ts';
import { STT } from '../stt.ts';
import { speechFrames } from './speaking.ts';

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

/** A stream of a model of the cloud, once it is connected. */
export async function hearCloud(options: LoopbackOptions): Promise<{ cloud: Loopback; model: STT; hearing: Hearing }> {
  const cloud = await startLoopback({ voice: 'plain', ...options });
  const model = new STT({ model: 'gpt-4o-mini-transcribe', apiKey: 'k', baseURL: cloud.url });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
  });
  const hearing = hear(model);
  await until(() => cloud.sockets === 1 && hearing.connection.some(({ type }) => type === 'open'));
  return { cloud, model, hearing };
}

/** Says one thing after the other, each when the one before was understood, and waits for the end of the last. */
export async function tell(hearing: Hearing, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    for (const frame of await speechFrames(text)) hearing.stream.pushFrame(frame);
    await until(() => hearing.story().includes(text));
  }
  await until(() => hearing.story().endsWith('>'));
}

/** Moves on to another socket in the quiet after this time, and hears what is said then. */
export async function expectRotation(hearing: Hearing, cloud: Loopback, clock: ManualClock, ms: number): Promise<void> {
  await until(() => cloud.sockets === 1 && hearing.connection.some(({ type }) => type === 'open'));
  await clock.advance(ms);
  await until(() => hearing.connection.some(({ type }) => type === 'rotated') && cloud.sockets === 1);
  for (const frame of await speechFrames('Still here.')) hearing.stream.pushFrame(frame);
  expect(await hearing.finals(1)).toEqual(['Still here.']);
  expect(hearing.connection.some(({ type }) => type === 'reconnecting')).toBe(false);
  expect(hearing.errors).toEqual([]);
}

/** Lets the event loop turn until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
