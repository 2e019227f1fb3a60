import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { sampleRate } from './record.ts';

/** One stretch of the agent's speech as it came out of the loudspeaker. Times are milliseconds since the epoch. */
export interface Playback {
  startedAt: number;
  endedAt: number;
  /** What was played. */
  played: Int16Array;
  /** What was received, played or not. */
  received: Int16Array;
  interrupted: boolean;
}

interface Piece {
  samples: Int16Array;
  startsAt: number;
  endsAt: number;
}

/** The loudspeaker at the caller's end: plays every sample at its time, stalls when there is none, stops when told to. Emits `changed`. */
export class CallerSpeaker extends voice.AudioOutput {
  /** Reads what was played; its answer is what the session will remember of a reply that was cut. */
  readonly #listen: (played: Int16Array) => string | undefined;
  readonly #onPlayback: (playback: Playback, heard: string | undefined) => void;
  #pieces: Piece[] = [];
  #flushed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    listen: (played: Int16Array) => string | undefined,
    onPlayback: (playback: Playback, heard: string | undefined) => void,
  ) {
    super(sampleRate, undefined, { pause: false });
    this.#listen = listen;
    this.#onPlayback = onPlayback;
  }

  /** When the speech that is being played began; `undefined` in silence. */
  get speakingSince(): number | undefined {
    return this.#pieces[0]?.startsAt;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    const samples = Int16Array.from(frame.data);
    const startsAt = Math.max(Date.now(), this.#pieces.at(-1)?.endsAt ?? 0);
    this.#pieces.push({ samples, startsAt, endsAt: startsAt + (samples.length / sampleRate) * 1000 });
    if (this.#pieces.length > 1) return;
    this.onPlaybackStarted(startsAt);
    this.emit('changed');
  }

  override flush(): void {
    super.flush();
    const last = this.#pieces.at(-1);
    if (!last || this.#flushed) return;
    this.#flushed = true;
    this.#timer = setTimeout(() => this.#finish(last.endsAt, false), Math.max(0, last.endsAt - Date.now()));
  }

  override clearBuffer(): void {
    if (this.#pieces.length > 0) this.#finish(Date.now(), true);
  }

  #finish(at: number, interrupted: boolean): void {
    clearTimeout(this.#timer);
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#flushed = false;
    const played = join(
      pieces.map((piece) =>
        piece.samples.subarray(0, Math.max(0, Math.round(((at - piece.startsAt) / 1000) * sampleRate))),
      ),
    );
    const received = join(pieces.map((piece) => piece.samples));
    const heard = this.#listen(played);
    this.#onPlayback(
      { startedAt: pieces[0]!.startsAt, endedAt: Math.min(at, pieces.at(-1)!.endsAt), played, received, interrupted },
      heard,
    );
    this.onPlaybackFinished({
      playbackPosition: played.length / sampleRate,
      interrupted,
      // The session's own estimate would be a guess; we have listened.
      ...(interrupted && heard !== undefined ? { synchronizedTranscript: heard } : {}),
    });
    this.emit('changed');
  }
}

function join(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
