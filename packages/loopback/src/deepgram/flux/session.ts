import type { Cloud } from '../../cloud.ts';
import { Deadline } from '../../deadline.ts';
import { parseObject } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Line, LineEvents } from '../../line.ts';
import { mixed } from '../../speech/audio.ts';
import { AudioInput } from '../../speech/audio-input.ts';
import type { FluxMessage, FluxWarning } from './events.ts';
import { configured, ConfigureError } from './settings.ts';
import type { FluxSettings } from './settings.ts';
import { Turns } from './turns.ts';

/** Pings count. https://github.com/deepgram/deepgram-python-sdk/issues/618 */
const SILENT_CLIENT_MS = 60_000;
const SLICES_PER_SECOND = 100;

/** A message as it goes out. */
export type Sent = (FluxMessage | FluxWarning) & { sequence_id: number };

/** One stream of `/v2/listen`. https://developers.deepgram.com/docs/flux/quickstart */
export class FluxSession implements LineEvents {
  readonly #line: Line<Sent>;
  readonly #cloud: Cloud;
  readonly #requestId: string;
  readonly #input: AudioInput;
  readonly #deadline: Deadline;
  #settings: FluxSettings;
  #turns: Turns | undefined;
  #sent = 0;
  #closing = false;

  constructor(line: Line<Sent>, settings: FluxSettings, requestId: string, cloud: Cloud) {
    this.#line = line;
    this.#cloud = cloud;
    this.#requestId = requestId;
    this.#settings = settings;
    this.#input = new AudioInput(settings.format);
    // Which code a silent client is told is a guess, after that of the Voice Agent API.
    this.#deadline = new Deadline(cloud.clock, SILENT_CLIENT_MS, () =>
      this.#fail('CLIENT_MESSAGE_TIMEOUT', 'We did not receive a message within our timeout.', 1011),
    );
    this.#send({ type: 'Connected', request_id: requestId });
  }

  alive(): void {
    this.#deadline.restart();
  }

  audio(bytes: Buffer): void {
    if (this.#closing) return;
    let channels: Int16Array[];
    try {
      channels = this.#input.push(bytes);
    } catch {
      // Documented for `/v1/listen`; that it is the same here is a guess.
      return this.#fail('DATA-0000', 'The payload cannot be decoded as audio.', 1008);
    }
    if (channels.length > 0) this.#line.enqueue(() => this.#hear(mixed(channels)));
  }

  text(text: string): void {
    if (this.#closing) return;
    const message = parseObject(text);
    switch (message?.type) {
      case 'Configure':
        return this.#line.enqueue(() => this.#configure(message));
      case 'ForceEndTurn':
        return this.#line.enqueue(() => this.#forceEndTurn());
      case 'CloseStream':
        return this.#closeStream();
      default:
        // A KeepAlive too: https://github.com/deepgram/deepgram-python-sdk/issues/649
        return this.#fail(
          'UNPARSABLE_CLIENT_MESSAGE',
          'Text message received from client did not match any of the formats we expect.',
        );
    }
  }

  closed(): void {
    this.#deadline.cancel();
    this.#turns?.dispose();
  }

  async #hear(samples: Int16Array): Promise<void> {
    const { sampleRate } = this.#input.format!;
    this.#turns ??= new Turns(
      this.#cloud,
      sampleRate,
      () => this.#settings,
      (turn) => this.#send({ type: 'TurnInfo', request_id: this.#requestId, ...turn }),
    );
    const size = Math.round(sampleRate / SLICES_PER_SECOND);
    for (let start = 0; start < samples.length; start += size) {
      if (this.#line.gone.aborted) return;
      await this.#turns.take(samples.subarray(start, start + size));
    }
  }

  #configure(message: JsonObject): void {
    const request_id = this.#requestId;
    try {
      this.#settings = configured(this.#settings, message);
    } catch (error) {
      if (!(error instanceof ConfigureError)) throw error;
      return this.#send({ type: 'ConfigureFailure', request_id, code: error.code, description: error.message });
    }
    const { thresholds, keyterms, languageHints, multilingual } = this.#settings;
    this.#send({
      type: 'ConfigureSuccess',
      request_id,
      thresholds,
      keyterms,
      ...(multilingual ? { language_hints: languageHints } : {}),
    });
  }

  async #forceEndTurn(): Promise<void> {
    if (await this.#turns?.force()) return;
    // The code is documented, the words are a guess. https://developers.deepgram.com/docs/flux/force-end-turn
    const description = 'There is no active turn. The request will be ignored.';
    this.#send({ type: 'Warning', code: 'FORCE_END_TURN_NO_ACTIVE_TURN', description });
  }

  /** "The server closes the connection without sending a WebSocket close status code." */
  #closeStream(): void {
    this.#closing = true;
    this.#deadline.cancel();
    this.#line.enqueue(async () => {
      await this.#turns?.close();
      this.#line.close();
    });
  }

  /** Closes without a status unless told otherwise, as was seen with the Voice Agent API and a KeepAlive. */
  #fail(code: string, description: string, status?: number): void {
    this.#closing = true;
    this.#cloud.tell('error', 'error-sent', { code, description });
    this.#send({ type: 'Error', code, description });
    this.#line.close(status, status === undefined ? undefined : code);
  }

  #send(message: FluxMessage | FluxWarning): void {
    this.#line.send({ ...message, sequence_id: this.#sent });
    this.#sent += 1;
  }
}
