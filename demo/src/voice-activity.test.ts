import { VADEventType, inference, initializeLogger } from '@livekit/agents';
import { AudioFrame, dispose } from '@livekit/rtc-node';
import { startVoice, type Carrier } from '@patchbay/loopback';
import { afterAll, expect, test } from 'vitest';
import { script } from './script.ts';

initializeLogger({ pretty: false, level: 'silent' });
afterAll(() => dispose());

test.each<Carrier>(['high', 'wide', 'inband', 'off'])(
  'LiveKit hears each phrase of the voice as one piece of speech, carrier %s',
  async (carrier) => {
    const voice = await startVoice({ carrier });
    const detector = new inference.VAD();
    for (const { say } of script) {
      const { samples, sampleRate } = await voice.speak(say, { voice: 'echo' });
      const stream = detector.stream();
      const frame = sampleRate / 50;
      const padded = new Int16Array(samples.length + 2 * sampleRate);
      padded.set(samples, sampleRate / 2);
      for (let offset = 0; offset + frame <= padded.length; offset += frame) {
        stream.pushFrame(new AudioFrame(padded.slice(offset, offset + frame), sampleRate, 1, frame));
      }
      let started = 0;
      for await (const event of stream) {
        if (event.type === VADEventType.START_OF_SPEECH) started++;
        if (event.type === VADEventType.END_OF_SPEECH) break;
      }
      expect(started).toBe(1);
      stream.close();
    }
    await voice.close();
  },
);
