import { shortuuid, voice, type tts } from '@livekit/agents';
import type { AudioFrame } from './audio-frame.ts';
import { SpeechFrames } from './speech-frames.ts';
import type { SpeechSockets } from './speech-sockets.ts';
import type { SpeechTurn, TurnListener } from './speech-turn.ts';
import type { SpokenWord } from './text-to-speech-wire.ts';

/** Short enough that the first sound does not wait, long enough that a minute is not made of too many frames. */
const frameMs = 20;

/** What is to be said, in its order: texts, and the ends of segments. */
type Part = string | typeof segmentEnd;
const segmentEnd = Symbol('end of a segment');

/** Whose text it is. */
export interface SpeakerOwner<Options extends object> {
  sockets: SpeechSockets<Options>;
  options: Readonly<Options>;
  timeoutMs: number;
  emit(audio: tts.SynthesizedAudio): void;
  /** Text is about to leave. */
  started(): void;
  /** The provider's name for a request or a connection. */
  requestId(id: string): void;
  usage(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

/**
 * Says text, segment by segment. A segment is one turn of the provider's, or several one after the other where a socket
 * allows no more: then the next one goes on where the last one ended. What a turn that failed had not begun to say is
 * said by the next attempt.
 */
export class Speaker<Options extends object> {
  readonly #owner: SpeakerOwner<Options>;
  readonly #sampleRate: number;
  readonly #parts: Part[] = [];
  #isComplete = false;
  #turn: SpeechTurn<Options> | undefined;
  /** What the present turn was given. */
  #taken: Part[] = [];
  #wasHeard = false;
  #frames!: SpeechFrames;
  #segmentId = '';
  #requestId = '';
  /** Audio of the segment so far, and where in it the present turn began. */
  #bytes = 0;
  #turnStartMs = 0;
  #words: voice.TimedString[] = [];
  /** The latest word of the segment, and whether the present turn is still to tell its first. */
  #lastWord = '';
  #isFirstWord = true;
  #wake: () => void = () => undefined;

  constructor(owner: SpeakerOwner<Options>) {
    this.#owner = owner;
    this.#sampleRate = owner.sockets.description.sampleRateOf(owner.options);
    this.#beginSegment();
  }

  /** Something of the turn that is under way, or was last, was heard. */
  get wasHeard(): boolean {
    return this.#wasHeard;
  }

  push(text: string): void {
    const { textLength = Infinity } = this.#owner.sockets.description.wire.limits ?? {};
    this.#parts.push(...piecesOf(text, textLength));
    this.#feed();
    this.#wake();
  }

  /** The last frame of what was pushed so far is final. */
  endSegment(): void {
    this.#parts.push(segmentEnd);
    this.#feed();
    this.#wake();
  }

  /** Nothing more will be pushed. */
  end(): void {
    this.#isComplete = true;
    this.#wake();
  }

  /** Says what is pushed until {@link end}; what was said before is not said again. Called off, it returns quietly. */
  async speak(signal: AbortSignal): Promise<void> {
    const abort = (): void => {
      this.#turn?.cancel();
      this.#wake();
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#wasHeard = false;
    try {
      while (await this.#hasText(signal)) await this.#takeTurn();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** No socket is taken before there is something to say: white space is nothing. */
  async #hasText(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const [part] = this.#parts;
      if (part === segmentEnd) this.#endSegment();
      else if (part !== undefined && part.trim() !== '') return true;
      if (part !== undefined) this.#parts.shift();
      else if (this.#isComplete) return false;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #takeTurn(): Promise<void> {
    const { sockets, options, timeoutMs } = this.#owner;
    this.#taken = [];
    this.#wasHeard = false;
    this.#isFirstWord = true;
    this.#turnStartMs = (this.#bytes / 2 / this.#sampleRate) * 1000;
    const turn = sockets.turn(options, this.#listener, timeoutMs);
    this.#turn = turn;
    this.#feed();
    try {
      await turn.done;
    } catch (error) {
      if (!this.#wasHeard) this.#parts.unshift(...this.#taken);
      throw error;
    } finally {
      this.#turn = undefined;
    }
    if (this.#taken.at(-1) === segmentEnd) this.#endSegment();
  }

  /** Gives the turn what there is for it. */
  #feed(): void {
    const turn = this.#turn;
    while (turn?.isFinished === false && this.#parts.length > 0) {
      const part = this.#parts[0]!;
      if (part !== segmentEnd && !turn.hasRoom(part)) return turn.finish();
      this.#parts.shift();
      this.#taken.push(part);
      if (part === segmentEnd) turn.finish();
      else turn.say(part);
    }
  }

  readonly #listener: TurnListener = {
    started: (requestId) => {
      if (requestId !== undefined) this.#name(requestId);
      this.#owner.started();
    },
    audio: (bytes) => {
      // Once more: LiveKit may only now have closed the account of the segment before.
      if (!this.#wasHeard) this.#owner.started();
      this.#wasHeard = true;
      this.#bytes += bytes.byteLength;
      this.#frames.push(bytes);
    },
    words: (words) => void this.#words.push(...words.map((word) => this.#timed(word))),
    requestId: (id) => this.#name(id),
    usage: (tokens) => this.#owner.usage(tokens),
  };

  #name(requestId: string): void {
    this.#requestId = requestId;
    this.#owner.requestId(requestId);
  }

  /** In seconds of the segment. The space between two turns belongs to neither, and words are joined by nothing. */
  #timed({ text: word, startMs, endMs }: SpokenWord): voice.TimedString {
    const isApart = !this.#isFirstWord || this.#lastWord === '' || /\s$/.test(this.#lastWord) || /^\s/.test(word);
    const text = isApart ? word : ` ${word}`;
    this.#lastWord = text;
    this.#isFirstWord = false;
    const startTime = (this.#turnStartMs + startMs) / 1000;
    const endTime = endMs === undefined ? {} : { endTime: (this.#turnStartMs + endMs) / 1000 };
    return voice.createTimedString({ text, startTime, ...endTime });
  }

  #beginSegment(): void {
    this.#segmentId = shortuuid('segment_');
    this.#requestId = shortuuid('speech_');
    this.#bytes = 0;
    const onFrame = (frame: AudioFrame, final: boolean): void => this.#emit(frame, final);
    this.#frames = new SpeechFrames({ sampleRate: this.#sampleRate, frameMs, bare: true, onFrame });
  }

  #endSegment(): void {
    this.#frames.end();
    this.#words = [];
    this.#lastWord = '';
    this.#beginSegment();
  }

  #emit(frame: AudioFrame, final: boolean): void {
    const timedTranscripts = this.#words.length === 0 ? {} : { timedTranscripts: this.#words };
    if (this.#words.length > 0) this.#words = [];
    this.#owner.emit({
      ...{ requestId: this.#requestId, segmentId: this.#segmentId, frame, final },
      ...timedTranscripts,
    });
  }
}

/** Text in pieces of at most so many characters, cut between words where there are any. */
function piecesOf(text: string, longest: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > longest) {
    const space = rest.lastIndexOf(' ', longest - 1);
    const isHalf = /[\uD800-\uDBFF]/.test(rest[longest - 1]!);
    const end = space > 0 ? space + 1 : isHalf ? longest - 1 : longest;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === '' ? pieces : [...pieces, rest];
}
