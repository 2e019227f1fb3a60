import { llm, shortuuid } from '@livekit/agents';
import type { Clock } from '@patchbay/plugin-kit';

/** A pause of this length, in milliseconds of the model's time or of the caller's silence, ends an utterance. */
const pauseMs = 800;
/** After so long without a word the caller has finished, however loud it is around him. */
const longestMs = 3_000;

export interface Fragment {
  delta?: string;
  start_ms?: number | null;
  end_ms?: number | null;
}

export interface UtteranceEvents {
  callerStarted(): void;
  /** Everything of the utterance so far. */
  callerSaid(transcript: llm.InputTranscriptionCompleted): void;
  callerStopped(): void;
}

interface Utterance {
  message: llm.ChatMessage;
  text: string;
  startedAt: number;
  /** On the model's timeline. */
  endMs: number | undefined;
  /** Without a fragment: of silence at a stretch, and of any sound. */
  quietMs: number;
  wordlessMs: number;
}

/**
 * What both sides say, out of fragments that know no turns. The service does not tell when the caller stops: silence
 * that he sends does, not the time that goes by while the service is late with his words (livekit/agents#7229).
 */
export class Utterances {
  readonly #clock: Clock;
  readonly #history: llm.ChatContext;
  readonly #events: UtteranceEvents;
  #caller: Utterance | undefined;
  #model: Utterance | undefined;

  /** Utterances are written into the history as they grow. */
  constructor(clock: Clock, history: llm.ChatContext, events: UtteranceEvents) {
    this.#clock = clock;
    this.#history = history;
    this.#events = events;
  }

  /** What the caller is saying; `''` if he says nothing. */
  get callerText(): string {
    return this.#caller?.text ?? '';
  }

  callerFragment(fragment: Fragment): void {
    if (this.#caller && isApart(this.#caller, fragment)) this.endCaller();
    if (!this.#caller) {
      this.#caller = this.#begin('user');
      this.#events.callerStarted();
    }
    grow(this.#caller, fragment);
    this.#events.callerSaid(transcriptOf(this.#caller, false));
  }

  modelFragment(fragment: Fragment): void {
    if (this.#model && isApart(this.#model, fragment)) this.#model = undefined;
    this.#model ??= this.#begin('assistant');
    grow(this.#model, fragment);
  }

  /** So much of the caller's sound has gone out. */
  callerSound(milliseconds: number, isLoud: boolean): void {
    const caller = this.#caller;
    if (!caller) return;
    caller.quietMs = isLoud ? 0 : caller.quietMs + milliseconds;
    caller.wordlessMs += milliseconds;
    if (caller.quietMs >= pauseMs || caller.wordlessMs >= longestMs) this.endCaller();
  }

  endCaller(): void {
    const caller = this.#caller;
    if (!caller) return;
    this.#caller = undefined;
    this.#events.callerSaid(transcriptOf(caller, true));
    this.#events.callerStopped();
  }

  /** The socket is gone: what comes next is something new. */
  end(): void {
    this.endCaller();
    this.#model = undefined;
  }

  #begin(role: 'user' | 'assistant'): Utterance {
    const message = new llm.ChatMessage({
      id: shortuuid('speech_'),
      role,
      content: [''],
      ...(role === 'user' ? { transcriptConfidence: 1 } : {}),
    });
    this.#history.insert(message);
    const startedAt = this.#clock.wallClock();
    return { message, text: '', startedAt, endMs: undefined, quietMs: 0, wordlessMs: 0 };
  }
}

function isApart({ endMs }: Utterance, { start_ms: startMs }: Fragment): boolean {
  return endMs !== undefined && startMs != null && startMs - endMs > pauseMs;
}

function grow(utterance: Utterance, { delta = '', end_ms: endMs }: Fragment): void {
  utterance.text += delta;
  utterance.message.content[0] = utterance.text;
  utterance.quietMs = 0;
  utterance.wordlessMs = 0;
  if (endMs != null) utterance.endMs = Math.max(utterance.endMs ?? 0, endMs);
}

function transcriptOf({ message, text, startedAt }: Utterance, isFinal: boolean): llm.InputTranscriptionCompleted {
  return { itemId: message.id, transcript: text, isFinal, turnStartedAt: startedAt };
}
