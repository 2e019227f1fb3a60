import type { Frame } from '@patchbay/ws-session';
import type { Connection, PatchbayError } from '@patchbay/ws-url';
import type { JsonMessage } from './json-message.ts';
import type { Speech } from './speech.ts';

/** What a codec may know about the stream that it speaks for. */
export interface SpeechToTextContext<Options> {
  readonly connection: Connection;
  readonly options: Readonly<Options>;
}

/**
 * What is spoken on a speech-to-text socket. Pure functions; what they must remember, the {@link Speech} remembers. A
 * wire that has to remember more is made for each stream.
 * Any of them may throw a `PatchbayError`, which decides whether the session reconnects or ends.
 */
export interface SpeechToTextWire<Options> {
  /** What a fresh socket is told before any audio. */
  open?(context: SpeechToTextContext<Options>): readonly Frame[];
  /** A chunk of PCM. The bytes are valid only during the call. */
  audio(bytes: Uint8Array): Frame;
  /** "Transcribe what you have": sent when our VAD hears the end of speech, or the user flushes. Left out: nothing is sent. */
  flush?(context: SpeechToTextContext<Options>): Frame | undefined;
  /** "Nothing more will come." The stream ends when all that is owed has been answered, or the provider closes. */
  finish?(context: SpeechToTextContext<Options>): readonly Frame[];
  /** Nothing may come of a {@link flush}: no answer is waited for. Default false. */
  flushMayBeSilent?: boolean;
  /** What keeps a socket open on which no audio flows. `isFirst`: it has been sent nothing yet. */
  keepAlive?: { everyMs: number; frame: (isFirst: boolean) => Frame };
  /**
   * Something that the provider must answer and that changes nothing; without a `frame`, it talks by itself while it
   * hears audio and only has to be waited for. `undefined` or left out: one that is deaf is not found out.
   */
  probe?(context: SpeechToTextContext<Options>): { frame?: Frame } | undefined;
  /** Options changed while the socket is open. Left out: a new socket is opened. */
  update?(before: Readonly<Options>, context: SpeechToTextContext<Options>): readonly Frame[] | 'reconnect';
  /** Bytes or text → message. Default: JSON. Throwing or returning nothing counts as unreadable. */
  decode?(frame: Frame): JsonMessage | undefined;
  /** Whether a message shows that the provider is well: until one does, a failure is for LiveKit to retry. Default: all do. */
  proves?(message: JsonMessage): boolean;
  /**
   * The socket is gone: what it had confirmed and nobody was told may be told now; the rest is said to the next one.
   * `true`: that one is told something else, and so is worth a try whatever the failure is.
   */
  lost?(speech: Speech, error: PatchbayError | undefined): boolean | void;
  /** One message, and what it is answered with at once. Unknown ones fall through silently. */
  receive(
    message: JsonMessage,
    speech: Speech,
    context: SpeechToTextContext<Options>,
  ): readonly Frame[] | undefined | void;
}
