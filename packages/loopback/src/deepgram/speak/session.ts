import type { Cloud } from '../../cloud.ts';
import { Deadline } from '../../deadline.ts';
import { parseObject, stringOf } from '../../http/json.ts';
import type { Line, LineEvents } from '../../line.ts';
import { encodeAudio } from '../../speech/audio.ts';
import { Mouth } from '../../speech/mouth.ts';
import { Sentences } from '../../speech/sentences.ts';
import { SlidingWindow } from '../../window.ts';
import { speakModelInfo } from '../models.ts';
import type { SpeakEvent } from './events.ts';
import { MAX_CHARACTERS, MAX_MESSAGE_BYTES } from './limits.ts';
import { speakerOf } from './settings.ts';
import type { SpeakSettings } from './settings.ts';

/** "20 times every 60 seconds." https://developers.deepgram.com/docs/tts-ws-flush */
const MAX_FLUSHES = 20;
const WINDOW_MS = 60_000;
/** Of a minute, as reported in https://github.com/jambonz/jambonz-feature-server/issues/1214 */
const MAX_WINDOW_CHARACTERS = 2_400;

/** Codes and meanings of https://developers.deepgram.com/docs/tts-troubleshooting-websocket-net-and-data-errors */
const CLOSINGS = {
  'MESSAGE-0000': [1003, "Input message isn't a supported websocket message type."],
  'DATA-0000': [1008, "Input message isn't recognized as a valid command."],
  'DATA-0001': [1008, 'Too many input characters submitted in recent time window.'],
  'BIG-0000': [1009, 'Input message is too large.'],
  'BIG-0001': [1009, 'Input text has too many characters.'],
  'NET-0003': [1011, 'Time limit exceeded.'],
} as const;

/** One connection to `/v1/speak`. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export class SpeakSession implements LineEvents {
  readonly #line: Line<SpeakEvent>;
  readonly #mouth: Mouth;
  readonly #sentences = new Sentences();
  readonly #flushes: SlidingWindow;
  readonly #characters: SlidingWindow;
  readonly #deadline: Deadline;
  #sequence = 0;
  #closing = false;

  constructor(line: Line<SpeakEvent>, settings: SpeakSettings, requestId: string, cloud: Cloud) {
    this.#line = line;
    const { encoding, sampleRate } = settings;
    this.#mouth = new Mouth(cloud, speakerOf(settings), (samples) => {
      line.sendAudio(encodeAudio(samples, encoding, sampleRate));
    });
    this.#flushes = new SlidingWindow(cloud.clock, WINDOW_MS);
    this.#characters = new SlidingWindow(cloud.clock, WINDOW_MS);
    // How long a connection may live is documented for `/v2/speak` only.
    this.#deadline = new Deadline(cloud.clock, cloud.sessionMs, () => this.#fail('NET-0003'));
    const { uuid, version } = speakModelInfo(settings.model);
    line.send({
      type: 'Metadata',
      request_id: requestId,
      model_name: settings.model,
      model_version: version,
      model_uuid: uuid,
    });
  }

  audio(): void {
    this.#fail('MESSAGE-0000');
  }

  text(text: string): void {
    if (this.#closing) return;
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return this.#fail('BIG-0000');
    const message = parseObject(text);
    switch (message?.type) {
      case 'Speak':
        return this.#speak(stringOf(message.text));
      case 'Flush':
        return this.#flush();
      case 'Clear':
        return this.#clear();
      case 'Close':
        return this.#close();
      default:
        return this.#fail('DATA-0000');
    }
  }

  closed(): void {
    this.#deadline.cancel();
    this.#mouth.stop();
  }

  #speak(text: string | undefined): void {
    if (text === undefined) return this.#fail('DATA-0000');
    if (text.length > MAX_CHARACTERS) return this.#fail('BIG-0001');
    this.#characters.add(text.length);
    if (this.#characters.total > MAX_WINDOW_CHARACTERS) return this.#fail('DATA-0001');
    for (const sentence of this.#sentences.add(text)) this.#mouth.say(sentence);
  }

  #flush(): void {
    if (this.#flushes.total >= MAX_FLUSHES) {
      // The code was seen by others, the words are a guess after the documentation.
      const description = 'No more Flush messages are processed until the 60 second window has passed.';
      return this.#line.send({ type: 'Warning', code: 'EXCESSIVE_FLUSH', description });
    }
    this.#flushes.add();
    this.#mouth.say(this.#sentences.rest());
    this.#mouth.then(() => this.#confirm('Flushed'));
  }

  /** A Flush that was under way is not answered any more: a guess. */
  #clear(): void {
    this.#sentences.rest();
    this.#mouth.stop();
    this.#confirm('Cleared');
  }

  /** "Flush the buffer and close the connection gracefully after all audio is generated", says the specification. */
  #close(): void {
    this.#closing = true;
    this.#mouth.say(this.#sentences.rest());
    this.#mouth.then(() => this.#line.close(1000));
  }

  /** One count for both: a guess, for the documentation shows 0 only. */
  #confirm(type: 'Flushed' | 'Cleared'): void {
    this.#line.send({ type, sequence_id: this.#sequence });
    this.#sequence += 1;
  }

  #fail(code: keyof typeof CLOSINGS): void {
    const [status, meaning] = CLOSINGS[code];
    this.#closing = true;
    this.#line.close(status, `${code}: ${meaning}`);
  }
}
