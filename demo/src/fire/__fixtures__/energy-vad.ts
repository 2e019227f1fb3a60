import { VAD, VADEventType, VADStream } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

/** Of 32,767: the plain voice is far above, silence is nothing. */
const audibleLevel = 500;
const speechMs = 60;
const silenceMs = 400;

/** Hears the plain voice, which is a tone that no model of speech takes for speech. */
export class EnergyVad extends VAD {
  override label = 'energy.VAD';

  constructor() {
    super({ updateInterval: 20 });
  }

  override stream(): EnergyVadStream {
    return new EnergyVadStream(this);
  }
}

class EnergyVadStream extends VADStream {
  #frames: AudioFrame[] = [];
  #speaking = false;
  #speechMs = 0;
  #silenceMs = 0;
  #samples = 0;

  constructor(vad: EnergyVad) {
    super(vad);
    void this.#listen();
  }

  async #listen(): Promise<void> {
    for (;;) {
      const { done, value } = await this.inputReader.read();
      if (done || this.closed) return;
      if (typeof value === 'symbol') this.#reset();
      else this.#hear(value);
    }
  }

  #hear(frame: AudioFrame): void {
    const milliseconds = (frame.samplesPerChannel / frame.sampleRate) * 1000;
    const audible = frame.data.some((value) => Math.abs(value) > audibleLevel);
    this.#samples += frame.samplesPerChannel;
    this.#frames.push(frame);
    this.#speechMs = audible ? this.#speechMs + milliseconds : this.#speaking ? this.#speechMs : 0;
    this.#silenceMs = audible ? 0 : this.#silenceMs + milliseconds;
    if (!this.#speaking) this.#frames = this.#frames.slice(-10);
    this.#send(VADEventType.INFERENCE_DONE, [frame]);
    if (!this.#speaking && this.#speechMs >= speechMs) {
      this.#speaking = true;
      this.#send(VADEventType.START_OF_SPEECH, this.#frames);
    } else if (this.#speaking && this.#silenceMs >= silenceMs) {
      this.#speaking = false;
      this.#send(VADEventType.END_OF_SPEECH, this.#frames);
      this.#reset();
    }
  }

  #send(type: VADEventType, frames: AudioFrame[]): void {
    this.sendVADEvent({
      type,
      samplesIndex: this.#samples,
      timestamp: Date.now(),
      speechDuration: this.#speechMs,
      silenceDuration: this.#silenceMs,
      frames: [...frames],
      probability: this.#speaking ? 1 : 0,
      inferenceDuration: 0,
      speaking: this.#speaking,
      rawAccumulatedSilence: this.#silenceMs,
      rawAccumulatedSpeech: this.#silenceMs > 0 ? 0 : this.#speechMs,
    });
  }

  #reset(): void {
    this.#frames = [];
    this.#speechMs = 0;
    this.#silenceMs = 0;
    this.#speaking = false;
  }
}
