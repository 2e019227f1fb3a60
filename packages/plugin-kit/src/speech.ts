import { stt } from '@livekit/agents';
import { LazyMap, LazySet, type Expectation } from '@patchbay/ws-session';
import { meanProbability } from './mean.ts';
import { Speakers } from './speakers.ts';
import { speechDataOf, type SpeechDetails, type SpeechUsage } from './speech-details.ts';

/** What a {@link Speech} needs of the stream that it belongs to. */
export interface SpeechContext {
  emit(event: stt.SpeechEvent): void;
  /** The language of transcripts that name none. */
  language(): string;
  /** Milliseconds of audio on the present socket → seconds since the stream began. */
  secondsAt(socketMs: number): number;
  /** Milliseconds of audio on the present socket → how long ago that was. */
  ageMs(socketMs: number): number;
  /** Milliseconds since the epoch. */
  wallClock(): number;
  /** Milliseconds of audio that the present socket was sent. */
  sentMs(): number;
  /** Everything up to here has been answered; `undefined`: everything that can have been. */
  settled(socketMs: number | undefined): void;
  /** Nobody speaks and nothing is owed. */
  quiet(): void;
  /** A transcript is owed from now on. */
  expect(): Expectation;
}

/** A piece of speech that the provider has a name for. */
interface Segment {
  text: string;
  logprobs?: readonly number[] | undefined;
  speakers?: Speakers;
  startMs?: number | undefined;
  /** Where its audio ends, and how much of that is silence. */
  endMs?: number | undefined;
  trailingMs: number;
  /** What had been sent when we asked for its transcript: no more than that is in it. */
  askedMs?: number | undefined;
  /** When the voice fell silent, by the wall clock. */
  speechEndTime?: number;
}

/** More at once, or more finished ones than this, are forgotten: ids come from outside. */
const maxSegments = 64;

/**
 * What a provider says about speech → LiveKit's events, in the order that AgentSession counts on whatever the order
 * was on the wire: one START_OF_SPEECH, INTERIM and FINAL transcripts, one END_OF_SPEECH. The end is told when nobody
 * speaks *and* no transcript is owed, and it carries the moment in which the voice fell silent; speech that goes on
 * before the transcript of its beginning has come is one turn. Transcripts come once, however often they are sent.
 *
 * Ids are the provider's names for pieces of speech; providers without any leave them out.
 */
export class Speech {
  readonly #context: SpeechContext;
  readonly #segments = new LazyMap<string, Segment>();
  readonly #speaking = new LazySet<string>();
  readonly #owed = new LazySet<string>();
  readonly #finished = new LazySet<string>();
  /** What had been sent each time that we asked for a transcript. */
  #asked: number[] = [];
  /** How far answers reach that came before those of older speech; `undefined`: there are none. */
  #answeredMs: number | undefined;
  #open = false;
  #isConfigured = false;
  #speechEndTime: number | undefined;
  /** Where the last voice ended, on the present socket. */
  #endedMs = 0;
  #expectation: Expectation | undefined;

  constructor(context: SpeechContext) {
    this.#context = context;
  }

  /** Nobody speaks and nothing is owed. */
  get isQuiet(): boolean {
    return this.#speaking.size === 0 && this.#owed.size === 0 && this.#asked.length === 0 && !this.#open;
  }

  /** The provider heard a voice begin, and has not said that it ended. */
  get isSpeaking(): boolean {
    return this.#speaking.size > 0;
  }

  /** Somebody waits for transcripts. */
  get isOwed(): boolean {
    return this.#owed.size > 0 || this.#asked.length > 0;
  }

  /** Where the oldest speech begins whose transcript is still to come; `undefined`: there is none, or nobody knows. */
  get owedFromMs(): number | undefined {
    const pending = [...this.#owed, ...this.#speaking].map((id) => this.#segments.get(id)?.startMs);
    return pending.length === 0 || pending.includes(undefined) ? undefined : Math.min(...(pending as number[]));
  }

  /** The provider has taken what the present socket was told at first: it said so, or it transcribes. */
  get isConfigured(): boolean {
    return this.#isConfigured;
  }

  /** The provider heard a voice, or has named a transcript, and has not told it: more than that we asked for one. */
  get isPromised(): boolean {
    return this.#owed.size > 0 || this.#segments.size > 0;
  }

  /** The provider says that it took its configuration. */
  configured(): void {
    this.#isConfigured = true;
  }

  /** A voice was heard. `atMs`: where it begins; one that began before the last {@link ended} is what ended there. */
  started(id = '', atMs?: number): void {
    if ((this.#finished.has(id) && id !== '') || (atMs !== undefined && atMs < this.#endedMs)) return;
    const segment = this.#segment(id);
    segment.startMs = atMs ?? segment.startMs;
    this.#speaking.add(id);
    this.#begin();
  }

  /**
   * The voice fell silent and its transcript is owed. `atMs`: where the audio of it ends; `trailingMs`: how much of
   * that is the silence by which the end was known.
   */
  stopped(id = '', { atMs, trailingMs = 0 }: { atMs?: number | undefined; trailingMs?: number } = {}): void {
    const segment = this.#segment(id);
    segment.endMs = atMs ?? segment.endMs;
    segment.trailingMs = trailingMs;
    this.#speaking.delete(id);
    const silentMs = trailingMs + (atMs === undefined ? 0 : this.#context.ageMs(atMs));
    segment.speechEndTime = this.#context.wallClock() - silentMs;
    this.#speechEndTime = segment.speechEndTime;
    if (!this.#finished.has(id) || id === '') this.#owe(() => this.#owed.add(id));
  }

  /** Our own detector heard the end of `id`. Only what we {@link asked} for is owed, under a name that will turn up. */
  stoppedLocally(id: string, silentMs: number): void {
    this.#speaking.delete(id);
    this.#segments.delete(id);
    this.#speechEndTime = this.#context.wallClock() - silentMs;
    this.#check();
  }

  /** The voice fell silent; what was told of it in the interim will be told as final. `atMs`: where its audio ends. */
  ended(id = '', atMs?: number): void {
    this.#endedMs = atMs ?? this.#endedMs;
    for (const [told, { text }] of this.#segments) if (text !== '') this.#owe(() => this.#owed.add(told));
    this.stoppedLocally(id, atMs === undefined ? 0 : this.#context.ageMs(atMs));
  }

  /** We asked for a transcript of what was sent so far. Asking again is no reason to wait longer for what is owed. */
  asked(): void {
    this.#asked.push(this.#context.sentMs());
    if (this.#asked.length > maxSegments) this.#asked.shift();
    this.#expectation ??= this.#context.expect();
  }

  /** The answer to {@link asked}: there is something to transcribe, under this name. */
  committed(id = ''): void {
    // What is owed already was taken by the provider itself, and answers nobody.
    const askedMs = this.#owed.has(id) ? undefined : this.#asked.shift();
    if (this.#finished.has(id) && id !== '') return this.#check();
    this.#segment(id).askedMs = askedMs;
    this.#owe(() => this.#owed.add(id));
  }

  /** The other answer to {@link asked}: there is nothing to transcribe. */
  nothing(): void {
    this.#asked.shift();
    this.#check();
  }

  /** More text of the same transcript. */
  delta(id: string, text: string, details: SpeechDetails = {}): void {
    const before = this.#segments.get(id);
    const logprobs = details.logprobs && [...(before?.logprobs ?? []), ...details.logprobs];
    this.interim(id, (before?.text ?? '') + text, { ...details, logprobs });
  }

  /** The whole transcript as far as it is known. */
  interim(id: string, text: string, details: SpeechDetails = {}): void {
    if (text === '' || (this.#finished.has(id) && id !== '')) return;
    const segment = this.#segment(id);
    segment.text = text;
    segment.logprobs = details.logprobs ?? segment.logprobs;
    this.#expectation?.touch();
    this.#begin();
    this.#tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, id, segment, details);
  }

  /** The transcript as it will be, if nothing more is said. */
  preflight(id: string, text: string, details: SpeechDetails = {}): void {
    if (text === '' || (this.#finished.has(id) && id !== '')) return;
    const segment = this.#segment(id);
    segment.text = text;
    this.#begin();
    this.#tell(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, id, segment, details);
  }

  /** The transcript. An empty one says that there were no words. */
  final(id: string, text: string, details: SpeechDetails = {}): void {
    if (this.#finished.has(id) && id !== '') return;
    this.#isConfigured = true;
    const segment = this.#segment(id);
    segment.text = text;
    segment.logprobs = details.logprobs ?? segment.logprobs;
    if (text !== '') {
      this.#begin();
      this.#tell(stt.SpeechEventType.FINAL_TRANSCRIPT, id, segment, details);
    }
    this.#finish(id, details.endMs);
  }

  /** The transcript as LiveKit's own event, its times included: an answer that comes whole. */
  answered(id: string, event: stt.SpeechEvent): void {
    if (this.#finished.has(id) && id !== '') return;
    const { speechEndTime } = this.#segment(id);
    if (event.alternatives !== undefined && event.alternatives[0].text !== '') {
      this.#begin();
      this.#context.emit({ ...(speechEndTime === undefined ? {} : { speechEndTime }), ...event });
    }
    this.#finish(id);
  }

  /** There will be no transcript of this. */
  failed(id = ''): void {
    this.#finish(id);
  }

  /** Part of this was said by somebody, for so long. */
  spoke(id: string, speakerId: string, milliseconds: number): void {
    if (this.#finished.has(id) && id !== '') return;
    (this.#segment(id).speakers ??= new Speakers()).add(speakerId, milliseconds);
  }

  /** What a piece of speech cost. Tell it before its {@link final}, which forgets the times. */
  usage(id: string, usage: SpeechUsage): void {
    if (this.#finished.has(id) && id !== '') return;
    const { startMs, endMs } = this.#segments.get(id) ?? {};
    const spokenMs = startMs !== undefined && endMs !== undefined ? Math.max(0, endMs - startMs) : 0;
    const { audioMs = spokenMs, inputTokens, outputTokens } = usage;
    this.#context.emit({
      type: stt.SpeechEventType.RECOGNITION_USAGE,
      requestId: usage.requestId ?? id,
      recognitionUsage: {
        audioDuration: audioMs / 1000,
        ...(inputTokens === undefined ? {} : { inputTokens }),
        ...(outputTokens === undefined ? {} : { outputTokens }),
      },
    });
  }

  /** There is a socket: what is owed is owed by it. */
  reconnected(): void {
    if (!this.isOwed) return;
    this.#expectation?.met();
    this.#expectation = this.#context.expect();
  }

  /** The socket is gone, and with it what it owed: the turn that it was in is closed. */
  interrupted(): void {
    this.#isConfigured = false;
    this.#endedMs = 0;
    this.#segments.clear();
    this.#finished.clear();
    this.#speaking.clear();
    this.#owed.clear();
    this.#asked = [];
    this.#answeredMs = undefined;
    this.#expectation?.met();
    this.#expectation = undefined;
    this.#end();
  }

  #segment(id: string): Segment {
    let segment = this.#segments.get(id);
    if (!segment) {
      segment = { text: '', trailingMs: 0 };
      this.#segments.set(id, segment);
      trim(this.#segments, (oldest) => {
        this.#speaking.delete(oldest);
        this.#owed.delete(oldest);
      });
    }
    return segment;
  }

  #begin(): void {
    if (this.#open) return;
    this.#open = true;
    this.#speechEndTime = undefined;
    this.#context.emit({ type: stt.SpeechEventType.START_OF_SPEECH });
  }

  #owe(note: () => void): void {
    note();
    if (this.#expectation) this.#expectation.touch();
    else this.#expectation = this.#context.expect();
  }

  #finish(id: string, untilMs?: number): void {
    const { endMs, askedMs } = this.#segments.get(id) ?? {};
    this.#segments.delete(id);
    this.#speaking.delete(id);
    this.#owed.delete(id);
    this.#finished.add(id);
    trim(this.#finished);
    this.#settle(untilMs ?? endMs ?? askedMs);
    this.#check();
  }

  /** Answers may come in another order than the speech: what is still owed keeps its audio, and what comes after it. */
  #settle(untilMs: number = Infinity): void {
    const startOf = (id: string): number | undefined => this.#segments.get(id)?.startMs;
    this.#answeredMs = Math.max(this.#answeredMs ?? 0, untilMs);
    const owedMs = Math.min(...[...this.#owed].map((id) => startOf(id) ?? 0));
    // An answer to nobody knows how much is none to who speaks now.
    const spokenMs = Math.min(...[...this.#speaking].map((id) => startOf(id) ?? Infinity));
    const settledMs = Math.min(this.#answeredMs, owedMs, untilMs === Infinity ? spokenMs : Infinity);
    this.#context.settled(settledMs === Infinity ? undefined : settledMs);
    if (owedMs === Infinity) this.#answeredMs = undefined;
  }

  #check(): void {
    if (!this.isOwed) {
      this.#expectation?.met();
      this.#expectation = undefined;
      if (this.#speaking.size === 0) this.#end();
    } else {
      this.#expectation?.touch();
    }
    if (this.isQuiet) this.#context.quiet();
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    const speechEndTime = this.#speechEndTime ?? this.#context.wallClock();
    this.#context.emit({ type: stt.SpeechEventType.END_OF_SPEECH, speechEndTime });
  }

  #tell(type: stt.SpeechEventType, id: string, segment: Segment, details: SpeechDetails): void {
    this.#isConfigured = true;
    const confidence = details.confidence ?? meanProbability(segment.logprobs) ?? 1;
    const speakerId = details.speakerId === undefined ? segment.speakers?.most : details.speakerId;
    const startMs = details.startMs ?? segment.startMs;
    const endMs = details.endMs ?? (segment.endMs === undefined ? undefined : segment.endMs - segment.trailingMs);
    const known = { ...details, confidence, speakerId, startMs, endMs };
    this.#context.emit({
      type,
      requestId: details.requestId ?? id,
      alternatives: [
        speechDataOf(segment.text, known, this.#context.language(), (socketMs) => this.#context.secondsAt(socketMs)),
      ],
    });
  }
}

/** Forgets the oldest entry of a collection that has grown too large. */
function trim(collection: LazySet<string> | LazyMap<string, unknown>, forgotten?: (id: string) => void): void {
  if (collection.size <= maxSegments) return;
  const [oldest] = collection.keys();
  if (oldest === undefined) return;
  collection.delete(oldest);
  forgotten?.(oldest);
}
