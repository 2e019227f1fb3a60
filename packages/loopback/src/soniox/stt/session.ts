import { randomUUID } from 'node:crypto';
import { Deadline } from '../../deadline.ts';
import type { Line, LineEvents } from '../../line.ts';
import { mixed } from '../../speech/audio.ts';
import { AudioInput } from '../../speech/audio-input.ts';
import type { SonioxContext } from '../context.ts';
import { complaintOf, invalid, SonioxError } from '../errors.ts';
import { streamKeyOf } from '../keys.ts';
import type { ConnectionKey } from '../keys.ts';
import { readControl } from './control.ts';
import type { TranscribeEvent } from './events.ts';
import { readStart } from './settings.ts';
import type { TranscribeSettings } from './settings.ts';
import { Transcriber } from './transcriber.ts';

/**
 * "If no keepalive or audio is received for >20s." https://soniox.com/docs/stt/rt/connection-keepalive; how long a
 * connection may wait with its first message is not documented: as long here.
 */
const SILENT_CLIENT_MS = 20_000;
/** https://soniox.com/docs/stt/rt/limits-and-quotas */
const MAX_STREAM_MS = 300 * 60_000;
/** With what code the service closes is not documented; of the ends that clients count, nearly all are this one. */
const CLOSE_CODE = 1000;
const SLICES_PER_SECOND = 50;

/** One connection to `/transcribe-websocket`. https://soniox.com/docs/stt/api-reference/websocket-api */
export class TranscribeSession implements LineEvents {
  readonly #line: Line<TranscribeEvent>;
  readonly #context: SonioxContext;
  readonly #requestId: string = randomUUID();
  readonly #deadlines: Deadline[] = [];
  readonly #silence: Deadline;
  #connectionKey: ConnectionKey = { value: undefined, refusal: undefined };
  #settings: TranscribeSettings | undefined;
  #input: AudioInput | undefined;
  #transcriber: Transcriber | undefined;
  #release: () => void = () => {};
  #heardAudio = false;
  #ending = false;

  constructor(line: Line<TranscribeEvent>, context: SonioxContext) {
    this.#line = line;
    this.#context = context;
    this.#silence = this.#deadline(SILENT_CLIENT_MS, () => this.#missed);
  }

  /** The socket is open, and this is what came with it. */
  open(key: ConnectionKey): void {
    this.#connectionKey = key;
    if (key.refusal) this.#fail(key.refusal);
  }

  text(text: string): void {
    if (this.#ending) return;
    try {
      if (!this.#settings) this.#begin(text);
      else if (text === '') this.#end();
      else this.#control(text);
    } catch (error) {
      this.#fail(error);
    }
  }

  audio(bytes: Buffer): void {
    if (this.#ending) return;
    if (!this.#input) return this.#fail(invalid('Start request must be a text message.'));
    // "An empty binary frame is an empty audio chunk": only an empty text ends the stream.
    if (bytes.length === 0) return;
    this.#heardAudio = true;
    this.#silence.restart();
    let channels: Int16Array[];
    try {
      channels = this.#input.push(bytes);
    } catch {
      return this.#fail(invalid('Audio decode error'));
    }
    if (channels.length > 0) this.#line.enqueue(() => this.#hear(channels));
  }

  closed(): void {
    for (const deadline of this.#deadlines) deadline.cancel();
    this.#transcriber?.close();
    this.#release();
  }

  #begin(text: string): void {
    // A connection that brought its key may be opened early, and is kept open like any other.
    if (this.#connectionKey.value && isKeepalive(text)) return this.#silence.restart();
    const { keys, account } = this.#context;
    const settings = readStart(text);
    const key = streamKeyOf(this.#connectionKey, settings.apiKey, account.takesKeysInMessages);
    keys.check(key, 'transcribe_websocket');
    this.#release = account.open('transcribe', settings.model);
    const longestMs = keys.use(key, 'transcribe_websocket');
    this.#settings = settings;
    this.#input = new AudioInput(settings.format);
    this.#silence.restart();
    const lifeMs = this.#context.cloud.options.sessionMs ?? MAX_STREAM_MS;
    // The words for both are a guess.
    this.#deadline(lifeMs, () => new SonioxError('max_duration_reached', 'Maximum stream duration reached.'));
    if (longestMs === Infinity) return;
    const over = 'The maximum session duration of the temporary API key was reached.';
    this.#deadline(longestMs, () => new SonioxError('temp_api_key_session_expired', over));
  }

  #control(text: string): void {
    if (readControl(text) === 'keepalive') return this.#silence.restart();
    this.#line.enqueue(() => this.#listening().finalize());
  }

  #end(): void {
    if (!this.#heardAudio) throw invalid('No audio received.');
    this.#ending = true;
    for (const deadline of this.#deadlines) deadline.cancel();
    this.#line.enqueue(async () => {
      await this.#listening().finish();
      this.#line.close(CLOSE_CODE);
    });
  }

  async #hear(inputs: readonly Int16Array[]): Promise<void> {
    const samples = mixed(inputs);
    const transcriber = this.#listening();
    const size = Math.max(1, Math.round(transcriber.sampleRate / SLICES_PER_SECOND));
    for (let start = 0; start < samples.length; start += size) {
      if (this.#line.gone.aborted) return;
      await transcriber.take(samples.subarray(start, start + size));
    }
  }

  /** From the first audio on, whose head may say what it is. */
  #listening(): Transcriber {
    const sampleRate = this.#input!.format?.sampleRate ?? 16_000;
    return (this.#transcriber ??= new Transcriber(this.#context.cloud, this.#settings!, sampleRate, (result) =>
      this.#line.send(result),
    ));
  }

  get #missed(): SonioxError {
    if (!this.#settings) return new SonioxError('request_timeout', 'Start request timeout');
    if (this.#heardAudio) return new SonioxError('request_timeout', 'Request timeout.');
    return new SonioxError('request_timeout', 'Timed out while waiting for the first audio chunk');
  }

  #deadline(delayMs: number, error: () => SonioxError): Deadline {
    const deadline = new Deadline(this.#context.cloud.clock, delayMs, () => this.#fail(error()));
    this.#deadlines.push(deadline);
    return deadline;
  }

  /** "Send an error response" and "immediately close the connection". https://soniox.com/docs/stt/rt/error-handling */
  #fail(error: unknown): void {
    this.#ending = true;
    this.#line.send({ tokens: [], ...complaintOf(error, this.#requestId, this.#context.cloud) });
    this.#line.close(CLOSE_CODE);
  }
}

function isKeepalive(text: string): boolean {
  try {
    return readControl(text) === 'keepalive';
  } catch {
    return false;
  }
}
