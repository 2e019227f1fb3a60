import { AudioStream, type RemoteTrack } from '@livekit/rtc-node';
import type { Listener } from '@patchbay/loopback';
import type { CallerNews } from './caller-messages.ts';
import { sampleRate } from './sample-rate.ts';

/** Peaks below this are silence, of 32,767. */
const audiblePeak = 300;
/** So much silence ends an utterance, seconds: what was half heard of it then never ends. */
const pauseSeconds = 0.6;

/** Reads the words from a track, and tells of them. */
export class Hearing {
  readonly #listener: Listener;
  readonly #tell: (news: CallerNews) => void;
  #silence = pauseSeconds * sampleRate;

  constructor(listener: Listener, tell: (news: CallerNews) => void) {
    this.#listener = listener;
    this.#tell = tell;
  }

  /** Until the track ends. */
  async follow(track: RemoteTrack): Promise<void> {
    for await (const { data } of new AudioStream(track, { sampleRate, numChannels: 1 })) await this.#hear(data);
    this.#listener.close();
  }

  async #hear(samples: Int16Array): Promise<void> {
    const wasSilent = this.#isSilent;
    const isAudible = samples.some((value) => Math.abs(value) > audiblePeak);
    this.#silence = isAudible ? 0 : this.#silence + samples.length;
    if (wasSilent && !this.#isSilent) this.#tell({ is: 'sounding' });
    this.#tellOf(this.#listener.push(samples));
    if (wasSilent || !this.#isSilent) return;
    this.#tellOf(await this.#listener.finish());
    this.#tell({ is: 'quiet' });
  }

  #tellOf(pieces: readonly string[]): void {
    for (const text of pieces) this.#tell({ is: 'heard', text });
  }

  get #isSilent(): boolean {
    return this.#silence >= pauseSeconds * sampleRate;
  }
}
