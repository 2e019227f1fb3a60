import { randomUUID } from 'node:crypto';
import { Deadline } from '../../deadline.ts';
import { parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Line, LineEvents } from '../../line.ts';
import type { SonioxContext } from '../context.ts';
import { complaintOf, invalid, SonioxError } from '../errors.ts';
import { streamKeyOf } from '../keys.ts';
import type { ConnectionKey } from '../keys.ts';
import type { SpeechEvent } from './events.ts';
import { missing, readSpeechSettings, readText } from './settings.ts';
import { SpeechStream } from './stream.ts';

/** https://soniox.com/docs/tts/rt/limits-and-quotas */
const MAX_STREAMS = 5;
/** "Every 20–30 seconds": what is a little more is too much here. https://soniox.com/docs/tts/rt/connection-keepalive */
const SILENT_CLIENT_MS = 35_000;
/** As reported of an idle socket in https://github.com/pipecat-ai/pipecat/issues/4914 */
const IDLE_CODE = 1001;
/** Of a connection that is refused: a guess. */
const REFUSED_CODE = 1000;

/**
 * One connection to `/tts-websocket`, on which many streams are told apart by their ids. What goes wrong with one of
 * them, or with a message, leaves the others alone. https://soniox.com/docs/tts/rt/termination
 */
export class SpeechConnection implements LineEvents {
  readonly #line: Line<SpeechEvent>;
  readonly #context: SonioxContext;
  readonly #idle: Deadline;
  readonly #streams = new Map<string, SpeechStream>();
  #key: ConnectionKey = { value: undefined, refusal: undefined };

  constructor(line: Line<SpeechEvent>, context: SonioxContext) {
    this.#line = line;
    this.#context = context;
    this.#idle = new Deadline(context.cloud.clock, SILENT_CLIENT_MS, () => {
      this.#complain(new SonioxError('request_timeout', 'Request timeout'));
      line.close(IDLE_CODE);
    });
  }

  /** The socket is open, and this is what came with it. */
  open(key: ConnectionKey): void {
    this.#key = key;
    if (!key.refusal) return;
    this.#complain(key.refusal);
    this.#line.close(REFUSED_CODE);
  }

  text(text: string): void {
    const message = parseObject(text);
    if (!message) return this.#complain(invalid('Invalid message format'));
    this.#idle.restart();
    if (message.keep_alive === true) return;
    const id = stringOf(message.stream_id);
    if (!id) return this.#complain(missing('stream_id'));
    if (message.cancel === true) return this.#cancel(id);
    if (Object.hasOwn(message, 'text') || Object.hasOwn(message, 'text_end')) return this.#write(id, message);
    this.#start(id, message);
  }

  audio(): void {
    this.#complain(invalid('Invalid message format'));
  }

  closed(): void {
    this.#idle.cancel();
    for (const stream of this.#streams.values()) stream.stop();
    this.#streams.clear();
  }

  #start(id: string, message: JsonObject): void {
    // The stream that has the id is not the one that is wrong: that it goes on is a guess, and so are the words.
    if (this.#streams.has(id)) return this.#complain(state(`Stream ${id} already exists.`), id);
    try {
      this.#streams.set(id, this.#open(id, message));
    } catch (error) {
      this.#complain(error, id);
      this.#terminated(id);
    }
  }

  #open(id: string, message: JsonObject): SpeechStream {
    const { cloud, keys, account } = this.#context;
    if (this.#streams.size >= MAX_STREAMS) {
      // The limit is documented, what is answered to one stream too many is a guess.
      throw new SonioxError('limit_exceeded', `Maximum number of streams per connection (${MAX_STREAMS}) exceeded.`);
    }
    const key = streamKeyOf(this.#key, stringOf(message.api_key), account.takesKeysInMessages);
    keys.check(key, 'tts_rt');
    const settings = readSpeechSettings(message);
    const release = account.open('tts', settings.speaker.model);
    const longestMs = keys.use(key, 'tts_rt');
    return new SpeechStream(
      cloud,
      settings,
      {
        audio: (event) => this.#line.send({ stream_id: id, ...event }),
        finished: () => this.#terminated(id),
        failed: (error) => {
          this.#complain(error, id);
          this.#terminated(id);
        },
      },
      { longestMs, release },
    );
  }

  #write(id: string, message: JsonObject): void {
    const stream = this.#streams.get(id);
    if (!stream) return this.#complain(unknownStream(id), id);
    // Words of a guess; it says what it has to say.
    if (!stream.takesText) return this.#complain(state(`Stream ${id} has its last text already.`), id);
    try {
      stream.text(readText(message) ?? '', message.text_end === true);
    } catch (error) {
      stream.stop();
      this.#complain(error, id);
      this.#terminated(id);
    }
  }

  #cancel(id: string): void {
    const stream = this.#streams.get(id);
    if (!stream) return this.#complain(unknownStream(id), id);
    stream.stop();
    this.#terminated(id);
  }

  #terminated(id: string): void {
    this.#streams.delete(id);
    this.#line.send({ stream_id: id, terminated: true });
  }

  #complain(error: unknown, id?: string): void {
    const requestId = (id === undefined ? undefined : this.#streams.get(id)?.requestId) ?? randomUUID();
    const complaint = complaintOf(error, requestId, this.#context.cloud);
    this.#line.send(id === undefined ? complaint : { stream_id: id, ...complaint });
  }
}

function state(message: string): SonioxError {
  return new SonioxError('invalid_stream_state', message);
}

/** Seen by many, as in https://github.com/pipecat-ai/pipecat/issues/4914 */
function unknownStream(id: string): SonioxError {
  return state(`Stream ${id} not found. Send a start message first.`);
}
