import { VAD, VADEventType, VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';

export interface LoudnessVadOptions {
  /** Says how far it is, as LiveKit's do. Default true. */
  tells?: boolean;
  /** Stops for ever after so many frames. */
  stopsAfter?: number;
}

/** Takes loudness for a voice and 200 ms of quiet for its end: deterministic, on LiveKit's own base, traps included. */
export class LoudnessVad extends VAD {
  label = 'test.LoudnessVad';
  readonly options: LoudnessVadOptions;
  readonly streams: VADStream[] = [];
  heardMs = 0;

  constructor(options: LoudnessVadOptions = {}) {
    super({ updateInterval: 50 });
    this.options = options;
  }

  override stream(): VADStream {
    const stream = new LoudnessStream(this, this.options);
    this.streams.push(stream);
    return stream;
  }
}

class LoudnessStream extends VADStream {
  constructor(vad: LoudnessVad, options: LoudnessVadOptions) {
    super(vad);
    void this.#run(vad, options);
  }

  async #run(vad: LoudnessVad, { tells = true, stopsAfter = Infinity }: LoudnessVadOptions): Promise<void> {
    let speaking = false;
    let silentMs = 0;
    for (let frames = 0; !this.closed && frames < stopsAfter; frames++) {
      const { done, value } = await this.inputReader.read();
      if (done) return;
      if (typeof value === 'symbol') continue;
      const frameMs = (1000 * value.samplesPerChannel) / value.sampleRate;
      vad.heardMs += frameMs;
      if (tells) this.#tell(VADEventType.INFERENCE_DONE, { frames: [value] });
      const loud = value.data.some((sample) => Math.abs(sample) > 1_000);
      silentMs = loud ? 0 : silentMs + frameMs;
      if (loud && !speaking) {
        speaking = true;
        this.#tell(VADEventType.START_OF_SPEECH, { speechDuration: frameMs });
      } else if (speaking && silentMs >= 200) {
        speaking = false;
        this.#tell(VADEventType.END_OF_SPEECH, { silenceDuration: silentMs });
      }
      // Their memory is the detector's own: whoever kept it keeps nothing.
      if (tells) value.data.fill(0);
    }
  }

  #tell(type: VADEventType, more: { frames?: AudioFrame[]; speechDuration?: number; silenceDuration?: number }): void {
    this.sendVADEvent({ type, frames: [], speechDuration: 0, silenceDuration: 0, ...more } as never);
  }
}

/** Who speaks, 0 is nobody, and for how long in milliseconds. */
export type Said = readonly [voice: number, milliseconds: number];

/** 20 ms frames at 16 kHz: `[1, 300]` is 300 ms of a voice whose samples name it (2,001, 2,002, …), `[0, 500]` half a second of silence. */
export function frames(...parts: Said[]): AudioFrame[] {
  return parts.flatMap(([voice, milliseconds]) =>
    Array.from({ length: milliseconds / 20 }, () => {
      const data = new Int16Array(320).fill(voice === 0 ? 0 : 2_000 + voice);
      return new AudioFrame(data, 16_000, 1, 320);
    }),
  );
}

/** The reverse: which voices are in it, and for how long. */
export function heardIn({ data, sampleRate }: { data: Int16Array; sampleRate: number }): [number, number][] {
  const parts: [number, number][] = [];
  for (const sample of data) {
    const voice = sample === 0 ? 0 : sample - 2_000;
    const last = parts.at(-1);
    if (last?.[0] === voice) last[1] += 1000 / sampleRate;
    else parts.push([voice, 1000 / sampleRate]);
  }
  return parts.map(([voice, milliseconds]) => [voice, Math.round(milliseconds)]);
}
