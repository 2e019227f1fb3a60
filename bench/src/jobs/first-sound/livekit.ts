import '../../quiet.ts';
import { tts } from '@livekit/agents';
import type { Voice } from './voice.ts';

/** One of LiveKit's models as a voice, asked as a session asks it. */
export function voiceOf(model: tts.TTS): Voice {
  model.on('error', ({ error }) => {
    throw error;
  });
  return {
    async say(text, heard) {
      if (!model.capabilities.streaming) {
        for await (const { frame } of model.synthesize(text)) heard(frame.samplesPerChannel);
        return;
      }
      const stream = model.stream();
      stream.pushText(text);
      stream.endInput();
      for await (const audio of stream) {
        if (audio === tts.SynthesizeStream.END_OF_STREAM) break;
        heard(audio.frame.samplesPerChannel);
      }
    },
  };
}
