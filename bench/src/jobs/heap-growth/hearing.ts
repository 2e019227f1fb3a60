import '../../quiet.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { stt } from '@livekit/agents';
import type { Talker } from '../../realtime/talker.ts';

/** A stream of one of LiveKit's models, read as a session reads it. */
export async function hearing(model: stt.STT, transcribed: () => void): Promise<Pick<Talker, 'push'>> {
  model.on('error', ({ error }) => {
    throw error;
  });
  const stream = model.stream();
  void read(stream, transcribed);
  // Neither tells when it is connected; what is said before would have to wait, and waits no longer than two seconds.
  await sleep(1_000);
  return { push: (frame) => stream.pushFrame(frame) };
}

async function read(stream: stt.SpeechStream, transcribed: () => void): Promise<void> {
  for await (const { type } of stream) if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) transcribed();
}
