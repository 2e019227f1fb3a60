import '../../quiet.ts';
import { stt } from '@livekit/agents';
import type { Ear, Heard } from './ear.ts';

/** One of LiveKit's models as an ear; its events are read as a session reads them. */
export function listen(model: stt.STT, heard: Heard): Ear {
  model.on('error', ({ error }) => {
    throw error;
  });
  const stream = model.stream();
  void read(stream, heard);
  return { push: (frame) => stream.pushFrame(frame) };
}

async function read(stream: stt.SpeechStream, heard: Heard): Promise<void> {
  for await (const { type, alternatives } of stream) {
    const { text = '', words = [] } = alternatives?.[0] ?? {};
    if (type === stt.SpeechEventType.INTERIM_TRANSCRIPT) heard.interim(text, words);
    else if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) heard.final(text, words);
  }
}
