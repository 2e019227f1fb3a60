import { Cutter } from './cutter.ts';
import { dialects, TurnSocket } from './dialects.ts';
import { post } from './http.ts';
import type { OpenVoice } from './voice.ts';

/** By hand, for this one case: audio in frames of 20 ms. */
export const open: OpenVoice = (provider, url) => {
  if (provider === 'openai') {
    return {
      say(text, heard) {
        const cutter = new Cutter((samples) => heard(samples.length));
        return post(url, text, (bytes) => cutter.push(bytes));
      },
    };
  }
  const dialect = dialects[provider];
  const socket = new TurnSocket(url, dialect);
  return {
    say(text, heard) {
      const cutter = new Cutter((samples) => heard(samples.length));
      const audio = (bytes: Uint8Array): void => cutter.push(bytes);
      return socket.turn(text, (data, isBinary) => dialect.read(data, isBinary, audio));
    },
  };
};
