import { Future } from '@livekit/agents';
import type { TimedString, llm } from '@livekit/agents';
import type { Clock } from '@patchbay/ws-session';
import type { AudioFrame } from './audio-frame.ts';
import { Channel } from './realtime-channel.ts';

export type Modality = 'text' | 'audio';

/** One message of a reply on its way to LiveKit: its text, its audio, and what it turned out to be made of. */
export class MessageGeneration {
  readonly messageId: string;
  readonly textChannel: Channel<string | TimedString> = new Channel();
  readonly audioChannel: Channel<AudioFrame> = new Channel();
  readonly modalities: Future<Modality[]> = new Future();
  /** All text so far. */
  audioTranscript = '';
  #receivedAudioMs = 0;

  constructor(messageId: string) {
    this.messageId = messageId;
  }

  /** Milliseconds of audio that arrived: more cannot have been heard. */
  get receivedAudioMs(): number {
    return this.#receivedAudioMs;
  }

  pushText(text: string | TimedString): void {
    this.audioTranscript += typeof text === 'string' ? text : text.text;
    void this.textChannel.write(text);
  }

  pushAudio(frame: AudioFrame): void {
    this.decide(['audio', 'text']);
    this.#receivedAudioMs += (frame.samplesPerChannel * 1000) / frame.sampleRate;
    void this.audioChannel.write(frame);
  }

  /** LiveKit waits for this before it listens; the first answer stands. */
  decide(modalities: Modality[]): void {
    if (!this.modalities.done) this.modalities.resolve(modalities);
  }

  /** No more of it. Idempotent. */
  finish(fallback: Modality[]): void {
    this.decide(fallback);
    void this.textChannel.close();
    void this.audioChannel.close();
  }
}

/**
 * One reply of the model. LiveKit's speech task waits on each of its streams, so whoever opens one must close it: on
 * done, on cancel, when the socket is lost and when the session is closed.
 */
export class ResponseGeneration {
  readonly responseId: string;
  readonly messageChannel: Channel<llm.MessageGeneration> = new Channel();
  readonly functionChannel: Channel<llm.FunctionCall> = new Channel();
  readonly messages: Map<string, MessageGeneration> = new Map();
  readonly _doneFut: Future = new Future();
  /** Milliseconds since the epoch. */
  readonly _createdTimestamp: number;
  /** Milliseconds since the epoch; absent until something was said. */
  _firstTokenTimestamp: number | undefined;
  readonly #clock: Clock;
  readonly #audioOutput: boolean;
  readonly #startedAt: number;
  /** Items and calls that were handed over. */
  readonly #called = new Set<string>();
  #firstTokenAt: number | undefined;

  constructor(responseId: string, options: { clock: Clock; audioOutput: boolean }) {
    this.responseId = responseId;
    this.#clock = options.clock;
    this.#audioOutput = options.audioOutput;
    this.#startedAt = options.clock.now();
    this._createdTimestamp = options.clock.wallClock();
  }

  get done(): boolean {
    return this._doneFut.done;
  }

  /** Milliseconds from the start to the first output, or -1 if there was none. */
  get ttftMs(): number {
    return this.#firstTokenAt === undefined ? -1 : this.#firstTokenAt - this.#startedAt;
  }

  get durationMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** What LiveKit is given. */
  event(userInitiated: boolean): llm.GenerationCreatedEvent {
    return {
      messageStream: this.messageChannel.stream(),
      functionStream: this.functionChannel.stream(),
      userInitiated,
      responseId: this.responseId,
    };
  }

  /** Opens a message, or returns the one that is open under this id. */
  message(messageId: string): MessageGeneration {
    const known = this.messages.get(messageId);
    if (known) return known;
    const message = new MessageGeneration(messageId);
    this.messages.set(messageId, message);
    if (!this.#audioOutput) {
      message.decide(['text']);
      void message.audioChannel.close();
    }
    void this.messageChannel.write({
      messageId,
      textStream: message.textChannel.stream(),
      audioStream: message.audioChannel.stream(),
      modalities: message.modalities.await,
    });
    return message;
  }

  /** Nobody is called twice because an event came twice: known is a call by its own id, and by that of its item. */
  pushFunctionCall(call: llm.FunctionCall): void {
    if (this.#called.has(call.id) || this.#called.has(call.callId)) return;
    this.#called.add(call.id).add(call.callId);
    this.noteOutput();
    void this.functionChannel.write(call);
  }

  /** Something of the reply exists: the clock of the first token stops. */
  noteOutput(): void {
    if (this.#firstTokenAt !== undefined) return;
    this.#firstTokenAt = this.#clock.now();
    this._firstTokenTimestamp = this.#clock.wallClock();
  }

  /** Closes every stream and settles every promise. Idempotent. */
  close(): void {
    if (this.done) return;
    for (const message of this.messages.values()) message.finish(this.#audioOutput ? ['audio', 'text'] : ['text']);
    void this.messageChannel.close();
    void this.functionChannel.close();
    this._doneFut.resolve();
  }
}

/** A reply that nobody waits for any more: what still arrives of it is not for anybody's ears. */
export class DiscardedGeneration {
  readonly discarded = true;
}
