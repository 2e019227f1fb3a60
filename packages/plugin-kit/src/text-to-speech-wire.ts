import type { Frame } from '@patchbay/ws-session';
import type { Connection, PatchbayError } from '@patchbay/ws-url';
import type { JsonMessage } from './json-message.ts';

/** What a codec may know about the turn that it speaks for. */
export interface TextToSpeechContext<Options> {
  readonly connection: Connection;
  readonly options: Readonly<Options>;
  /** Names this turn among those of its socket, and never another one of it. Empty where a socket makes one at a time. */
  readonly turn: string;
  /** The key, for protocols that want it in a frame. */
  readonly credential: string | undefined;
}

/** A word, and when it is heard: milliseconds from the beginning of the turn's audio. */
export interface SpokenWord {
  text: string;
  startMs: number;
  endMs?: number;
}

/** What a codec tells of a turn. */
export interface SpokenTurn {
  /** It was called off, or it failed: nothing of it is heard any more. */
  readonly isCancelled: boolean;
  /** A piece of mono 16-bit PCM, cut anywhere. */
  audio(bytes: Uint8Array): void;
  /** When words are heard; before their audio or behind it. */
  words(words: readonly SpokenWord[]): void;
  /** All of it has been said. Of a turn that was called off it says nothing: the answer to that is still to come. */
  spoken(): void;
  /** Nothing more will come of it, in whatever way it ended: the socket is free. */
  over(): void;
  /** It failed, and its socket did not: that is free when it is `over()`. */
  failed(error: PatchbayError): void;
  /** The provider's name for it. */
  requestId(id: string): void;
  /** What it cost, for LiveKit's metrics. */
  usage(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

/** So much in every stretch of so many milliseconds. */
export interface Rate {
  most: number;
  perMs: number;
}

/** What a provider allows on one socket. What exceeds it goes to another one. */
export interface SpeechLimits {
  /** Turns. */
  turns?: Rate;
  /** Characters of text. */
  characters?: Rate;
  /** Characters of one text frame. */
  textLength?: number;
  /** Milliseconds from a turn's first text to its last. */
  turnMs?: number;
  /** Milliseconds that a turn may wait for more text; what comes later is another turn of the same segment. */
  pauseMs?: number;
}

/**
 * What is spoken on a text-to-speech socket, turn by turn: one after the other, or several side by side. Pure functions;
 * what is to be remembered, the kit remembers. Any of them may throw a `PatchbayError`, which costs the socket.
 */
export interface TextToSpeechWire<Options> {
  /** How a turn begins, before its first text. Default: with the text. */
  open?(context: TextToSpeechContext<Options>): readonly Frame[];
  /** A piece of text: a token as it is written, or a sentence and a space where the class has a tokenizer. */
  text(text: string, context: TextToSpeechContext<Options>): Frame;
  /** "That was all: say it." Answered by `spoken()` or `over()`. */
  finish(context: TextToSpeechContext<Options>): readonly Frame[];
  /** "Stop": answered by `over()`. Left out or `undefined`: the socket is dropped, which stops it too. */
  cancel?(context: TextToSpeechContext<Options>): readonly Frame[] | undefined;
  /** Several turns share a socket. Left out: one at a time. */
  sharing?: {
    /** As many as the provider allows. */
    perSocket: number;
    /** The turn that a message belongs to; `undefined`: all of them. */
    turnOf(message: JsonMessage): string | undefined;
  };
  /** Keeps a socket that says nothing. */
  keepAlive?: { everyMs: number; frame: Frame };
  /** Said before a socket is closed. */
  farewell?: Frame;
  limits?: SpeechLimits;
  /** Text → message. Default: JSON. Throwing or returning nothing counts as unreadable. Bytes are audio. */
  decode?(frame: string): JsonMessage | undefined;
  /** The provider's name for the connection, if a message tells it. */
  requestIdOf?(message: JsonMessage): string | undefined;
  /** Why the socket is about to be closed, if a message tells that may come before any turn. */
  refusal?(message: JsonMessage, connection: Connection): PatchbayError | undefined;
  /** One message. Unknown ones fall through silently. */
  receive(message: JsonMessage, turn: SpokenTurn, context: TextToSpeechContext<Options>): void;
}
