import '../../quiet.ts';
import { stt } from '@livekit/agents';
import type { Talker } from '../../realtime/talker.ts';

/** A stream of one of LiveKit's models, read as a session reads it. */
export function hearing(model: stt.STT, transcribed: () => void): Pick<Talker, 'push'> {
  model.on('error', ({ error }) => {
    throw error;
  });
  const stream = model.stream();
  void read(stream, transcribed);
  return { push: (frame) => stream.pushFrame(frame) };
}

async function read(stream: stt.SpeechStream, transcribed: () => void): Promise<void> {
  for await (const { type } of stream) if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) transcribed();
}
