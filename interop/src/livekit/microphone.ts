import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
  type Room,
} from '@livekit/rtc-node';
import { sampleRate } from './sample-rate.ts';

const frameSamples = sampleRate / 50;

/** Sends 20 ms of sound every 20 ms, silence while nobody speaks. */
export class Microphone {
  readonly #source = new AudioSource(sampleRate, 1, 100);
  #closed = false;
  #sending: Promise<void> | undefined;
  #phrase: { samples: Int16Array; position: number; done: () => void } | undefined;

  async publish(room: Room): Promise<void> {
    const track = LocalAudioTrack.createAudioTrack('microphone', this.#source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await room.localParticipant!.publishTrack(track, options);
    this.#sending = this.#send();
  }

  /** Resolves when the last sample has been sent. */
  say(samples: Int16Array): Promise<void> {
    return new Promise((done) => (this.#phrase = { samples, position: 0, done }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#source.close();
  }

  /** The source waits when it has enough, which makes the pace. */
  async #send(): Promise<void> {
    while (!this.#closed) await this.#source.captureFrame(new AudioFrame(this.#next(), sampleRate, 1, frameSamples));
  }

  #next(): Int16Array {
    const frame = new Int16Array(frameSamples);
    const phrase = this.#phrase;
    if (!phrase) return frame;
    frame.set(phrase.samples.subarray(phrase.position, phrase.position + frameSamples));
    phrase.position += frameSamples;
    if (phrase.position >= phrase.samples.length) {
      this.#phrase = undefined;
      phrase.done();
    }
    return frame;
  }
}
