import '../quiet.ts';
import type { llm } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

/** One realtime session, whoever made it. */
export interface Talker {
  push(frame: AudioFrame): void;
  /** Asks for a reply; resolves when the last of it was heard. */
  reply(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a session at a base URL and resolves when the service has taken its configuration. `heard`: samples of a frame. */
export type OpenTalker = (baseURL: string, heard: (samples: number) => void) => Promise<Talker>;

export const sampleRate = 24_000;
export const model = 'gpt-realtime';
/** Samples of an append: 100 ms. */
export const chunkSamples: number = sampleRate / 10;

/** Reads a reply like LiveKit does: message by message, frame by frame. */
export async function hear(
  { messageStream }: llm.GenerationCreatedEvent,
  heard: (samples: number) => void,
): Promise<void> {
  const messages = messageStream.getReader();
  for (let next = await messages.read(); !next.done; next = await messages.read()) {
    const frames = next.value.audioStream.getReader();
    for (let frame = await frames.read(); !frame.done; frame = await frames.read())
      heard(frame.value.samplesPerChannel);
  }
}

/** A session of a plugin, once the service has taken its configuration. */
export async function talkerOf(session: llm.RealtimeSession, heard: (samples: number) => void): Promise<Talker> {
  let over: (() => void) | undefined;
  session.on('error', ({ error }: llm.RealtimeModelError) => {
    throw error;
  });
  session.on('generation_created', (event: llm.GenerationCreatedEvent) => void hear(event, heard).then(() => over?.()));
  await new Promise<void>((resolve) => {
    const look = (event: { type: string }): void => {
      if (event.type !== 'session.updated') return;
      session.off('openai_server_event_received', look);
      resolve();
    };
    session.on('openai_server_event_received', look);
  });
  return {
    push: (frame) => session.pushAudio(frame),
    reply: async () => {
      const heardAll = new Promise<void>((resolve) => (over = resolve));
      await session.generateReply();
      await heardAll;
    },
    close: () => session.close(),
  };
}
