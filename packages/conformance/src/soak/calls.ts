import type { EventEmitter } from 'node:events';
import { llm, type stt } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { Kind } from '../subject.ts';

/** The kinds of session that last. */
export type LongKind = Extract<Kind, 'stt' | 'realtime' | 'duplex' | 'interpreter'>;

/** A call over LiveKit's own interface: sound goes in, what comes out is taken and thrown away. */
export interface Call {
  push(frame: AudioFrame): void;
  /** What was said is not needed any more: a conversation grows, and that is no leak. */
  forget?(): void;
  /** What has listeners. */
  readonly emitters: readonly EventEmitter[];
  close(): Promise<void>;
}

/** Told of what a call cannot survive. */
export type Ended = (error: unknown) => void;

const connOptions = { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 };

export const calls: Readonly<Record<LongKind, (model: object, ended: Ended) => Call>> = {
  stt(model, ended) {
    const listening = model as stt.STT;
    listening.on('error', ({ error, recoverable }) => {
      if (!recoverable) ended(error);
    });
    const stream = listening.stream({ connOptions });
    const reading = drain(stream);
    return {
      push: (frame) => stream.pushFrame(frame),
      emitters: [listening],
      async close() {
        stream.endInput();
        await reading;
        await listening.close();
      },
    };
  },
  realtime(model, ended) {
    const { session, call } = openSession(model, ended);
    return { ...call, forget: () => void session.updateChatCtx(llm.ChatContext.empty()) };
  },
  interpreter: (model, ended) => openSession(model, ended).call,
  duplex(model, ended) {
    const session = (model as llm.DuplexModel).session();
    listenForEnd(session, ended);
    const configurable = session as unknown as {
      _updateSession(instructions: string): Promise<void>;
      readonly audioStream: ReadableStream<llm.DuplexAudioFrame>;
    };
    void configurable._updateSession('Help the caller.');
    const reading = drain(configurable.audioStream);
    return {
      push: (frame) => session.pushAudio(frame),
      emitters: [session],
      async close() {
        await session.close();
        await reading;
      },
    };
  },
};

function openSession(model: object, ended: Ended): { session: llm.RealtimeSession; call: Call } {
  const session = (model as llm.RealtimeModel).session();
  listenForEnd(session, ended);
  session.on('generation_created', (event: llm.GenerationCreatedEvent) => {
    void drain(event.functionStream);
    void drain(event.messageStream, ({ textStream, audioStream }) => {
      void drain(textStream);
      void drain(audioStream);
    });
  });
  const call: Call = {
    push: (frame) => session.pushAudio(frame),
    emitters: [session],
    close: () => session.close(),
  };
  return { session, call };
}

function listenForEnd(session: object, ended: Ended): void {
  (session as EventEmitter).on('error', ({ error, recoverable }: { error: unknown; recoverable: boolean }) => {
    if (!recoverable) ended(error);
  });
}

async function drain<T>(stream: AsyncIterable<T>, each?: (item: T) => void): Promise<void> {
  for await (const item of stream) each?.(item);
}
