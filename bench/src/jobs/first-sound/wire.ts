import { chunksPerSecond, secondsIn, spoken } from '../../servers/text-to-speech-audio.ts';
import { dialects, TurnSocket } from './dialects.ts';
import { post } from './http.ts';
import type { OpenVoice } from './voice.ts';

const samplesPerChunk = spoken.length / 2;

/** Bytes that nobody looks at: messages are counted, and that is how a turn ends. */
export const open: OpenVoice = (provider, url) => {
  if (provider === 'openai') return { say: (text, heard) => post(url, text, (bytes) => heard(bytes.length / 2)) };
  const socket = new TurnSocket(url, dialects[provider]);
  // Soniox says twice behind the audio that all is said; what Deepgram says beside it is text.
  const others = provider === 'soniox' ? 2 : 0;
  return {
    async say(text, heard) {
      const chunks = secondsIn(text) * chunksPerSecond;
      let count = 0;
      await socket.turn(text, (_data, isBinary) => {
        if (provider === 'deepgram' && !isBinary) return false;
        if (++count <= chunks) heard(samplesPerChunk);
        return count === chunks + others;
      });
    },
  };
};
