import type { Frame } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { JsonMessage } from './speech-to-text-wire.ts';

/** What a codec may know about the stream that it speaks for. */
export interface TextToSpeechContext<Options> {
  readonly connection: Connection;
  readonly options: Readonly<Options>;
}

/** What a codec tells of the speech that it hears come. */
export interface SpokenSink {
  /** A piece of PCM, cut anywhere. */
  audio(bytes: Uint8Array): void;
  /** All that was asked for with the oldest flush has been said. */
  flushed(): void;
  /** The provider's name for the request. */
  requestId(id: string): void;
}

/** What is spoken on a text-to-speech socket that makes one turn at a time. Pure functions. */
export interface TextToSpeechWire<Options> {
  /** What a fresh socket is told first. */
  open?(context: TextToSpeechContext<Options>): readonly Frame[];
  /** A piece of text: a sentence, or what the stream's tokenizer makes of it. */
  text(text: string, context: TextToSpeechContext<Options>): Frame;
  /** "Say all that you have": answered when it has been said. */
  flush(context: TextToSpeechContext<Options>): Frame;
  /** Said before the socket is closed, so that the provider does not count it as open. */
  goodbye?: Frame;
  /** One message. Default for bytes: they are audio. Throwing a `PatchbayError` ends the attempt; unknown ones fall through. */
  receive(message: JsonMessage, speech: SpokenSink, context: TextToSpeechContext<Options>): void;
}
