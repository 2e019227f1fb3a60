import type { Cloud } from '../cloud.ts';
import type { Timer } from '../clock.ts';
import { invalidRequest, missingParameter } from '../http/errors.ts';
import { objectOf, parseObject, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { decodeBase64 } from '../realtime/audio.ts';
import type { Channel } from '../realtime/channel.ts';
import { check, unsupportedValue } from '../realtime/schema.ts';
import type { TranslationEvent, TranslationSettings } from './events.ts';
import { Interpreter } from './interpreter.ts';
import { clientEvents, updateTranslation } from './settings.ts';

/**
 * One translation session. https://developers.openai.com/api/docs/guides/realtime-translation
 *
 * Nobody has documented: what the service says to an event behind `session.close` (here: an error), who closes the
 * socket behind `session.closed` (here, as in the guide's example, the client), and how a session expires (here: as a
 * conversation does, with an error and 1001).
 */
export class TranslationSession {
  readonly #cloud: Cloud;
  readonly #channel: Channel<TranslationEvent>;
  readonly #interpreter: Interpreter;
  readonly #expiry: Timer;
  #settings: TranslationSettings;
  #closing = false;

  readonly #handlers: Readonly<Record<string, (event: JsonObject) => void>> = {
    'session.update': (event) => this.#update(objectOf(event.session)),
    'session.input_audio_buffer.append': (event) => this.#interpreter.append(decodeBase64(event.audio, 'audio')),
    'session.close': () => void this.#finish(),
  };

  constructor(channel: Channel<TranslationEvent>, settings: TranslationSettings, cloud: Cloud) {
    this.#channel = channel;
    this.#cloud = cloud;
    this.#settings = settings;
    this.#interpreter = new Interpreter(cloud, () => this.#settings.audio.output.language, {
      heard: (delta, elapsed_ms) => this.#heard(delta, elapsed_ms),
      said: (delta, elapsed_ms) => channel.send({ type: 'session.output_transcript.delta', delta, elapsed_ms }),
      spoke: (audio, elapsed_ms) => this.#spoke(audio, elapsed_ms),
    });
    this.#expiry = cloud.clock.setTimer(() => this.#expire(), cloud.sessionMs);
    channel.send({ type: 'session.created', session: settings });
  }

  receive(data: string | undefined): void {
    let event: JsonObject | undefined;
    try {
      event = data === undefined ? undefined : parseObject(data);
      if (!event) throw invalidRequest('Invalid event: failed to parse JSON value.', { code: 'invalid_json' });
      this.#dispatch(event);
    } catch (error) {
      this.#channel.complain(error, stringOf(event?.event_id) ?? null);
    }
  }

  close(): void {
    this.#expiry.cancel();
    this.#interpreter.close();
  }

  #dispatch(event: JsonObject): void {
    const { type } = event;
    if (typeof type !== 'string') throw missingParameter('type');
    if (!Object.hasOwn(clientEvents, type)) throw unsupportedValue(type, Object.keys(clientEvents), 'type');
    check(event, clientEvents[type]!, '');
    if (this.#closing) throw invalidRequest('The session is closing.', { code: 'session_closing' });
    this.#handlers[type]?.(event);
  }

  #update(update: JsonObject): void {
    this.#settings = updateTranslation(this.#settings, update);
    this.#channel.send({ type: 'session.updated', session: this.#settings });
  }

  /** The source is told only to those who asked for it. */
  #heard(delta: string, elapsed_ms: number): void {
    if (!this.#settings.audio.input.transcription) return;
    this.#cloud.tell('transcript', 'delta-produced', { text: delta });
    this.#channel.send({ type: 'session.input_transcript.delta', delta, elapsed_ms });
  }

  /** Silence is sent too, as observed: a client that plays all of it never stops speaking. */
  #spoke(audio: Buffer, elapsed_ms: number): void {
    this.#channel.send({
      type: 'session.output_audio.delta',
      delta: audio.toString('base64'),
      sample_rate: 24_000,
      channels: 1,
      format: 'pcm16',
      elapsed_ms,
    });
  }

  async #finish(): Promise<void> {
    this.#closing = true;
    await this.#interpreter.finish();
    this.#channel.send({ type: 'session.closed' });
  }

  #expire(): void {
    const minutes = Math.round(this.#cloud.sessionMs / 60_000);
    const message = `Your session hit the maximum duration of ${minutes} minutes.`;
    this.#channel.complain(invalidRequest(message, { code: 'session_expired' }));
    this.#channel.close(1001, message);
  }
}
