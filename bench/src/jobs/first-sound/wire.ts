import { chunksPerSecond, secondsIn, spoken } from '../../servers/text-to-speech-audio.ts';
import { dialects, TurnSocket } from './dialects.ts';
import { post } from './http.ts';
import type { OpenVoice } from './voice.ts';

const samplesPerChunk = spoken.length / 2;

/** Bytes that nobody looks at: messages are counted, and that is how a turn ends. */
export const open: OpenVoice = (provider, url) => {
  if (provider === 'openai') return { say: (text, heard) => post(url, text, (bytes) => heard(bytes.length / 2)) };
  const socket = new TurnSocket(url, dialects[provider]);
  let isFirst = provider === 'deepgram';
  return {
    async say(text, heard) {
      // Behind the audio, and once per socket before it.
      const others = provider === 'soniox' ? 2 : isFirst ? 2 : 1;
      const before = isFirst ? 1 : 0;
      isFirst = false;
      const chunks = secondsIn(text) * chunksPerSecond;
      let count = 0;
      await socket.turn(text, () => {
        count++;
        if (count > before && count <= before + chunks) heard(samplesPerChunk);
        return count === chunks + others;
      });
    },
  };
};
