import { VAD, VADEventType, VADStream, type VADEvent } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

/** A VAD that hears loudness: deterministic, and built on LiveKit's own base, traps included. */
export class EnergyVad extends VAD {
  label = 'test.EnergyVad';
  /** Streams that were opened, and how many of them are closed. */
  opened = 0;
  closed = 0;

  constructor() {
    super({ updateInterval: 50 });
  }

  override stream(): VADStream {
    this.opened++;
    return new EnergyStream(this);
  }
}

class EnergyStream extends VADStream {
  readonly #owner: EnergyVad;

  constructor(vad: EnergyVad) {
    super(vad);
    this.#owner = vad;
    void this.#run();
  }

  async #run(): Promise<void> {
    let speaking = false;
    let silentMs = 0;
    while (!this.closed) {
      const { done, value } = await this.inputReader.read();
      if (done) break;
      if (typeof value === 'symbol') continue;
      this.#tell(VADEventType.INFERENCE_DONE, speaking, 0, [value]);
      const loud = value.data.some((sample) => Math.abs(sample) > 1_000);
      silentMs = loud ? 0 : silentMs + (1000 * value.samplesPerChannel) / value.sampleRate;
      if (loud && !speaking) this.#tell(VADEventType.START_OF_SPEECH, (speaking = true), 0);
      if (!loud && speaking && silentMs >= 200) this.#tell(VADEventType.END_OF_SPEECH, (speaking = false), silentMs);
    }
    this.#owner.closed++;
  }

  #tell(type: VADEventType, speaking: boolean, silenceDuration: number, frames: AudioFrame[] = []): void {
    const event: VADEvent = {
      type,
      speaking,
      silenceDuration,
      samplesIndex: 0,
      timestamp: 0,
      speechDuration: 0,
      frames,
      probability: 1,
      inferenceDuration: 0,
      rawAccumulatedSilence: 0,
      rawAccumulatedSpeech: 0,
    };
    this.sendVADEvent(event);
  }
}
