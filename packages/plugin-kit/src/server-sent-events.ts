import { PatchbayError } from '@patchbay/ws-url';

/** One event of a `text/event-stream`, as the HTML standard §9.2.6 defines it. */
export interface ServerSentEvent {
  /** Default `message`. */
  event: string;
  data: string;
}

/**
 * The events of a response. A server that does not stream sends one JSON document, which counts as one event.
 *
 * @param onComment - Called for each comment: some servers send them to say that they are still at work.
 */
export async function* eventsOf(response: Response, onComment?: () => void): AsyncGenerator<ServerSentEvent> {
  if (response.headers.get('content-type')?.includes('json')) {
    yield { event: 'message', data: await response.text() };
    return;
  }
  const events: ServerSentEvent[] = [];
  const decoder = new ServerSentEventDecoder((event) => events.push(event), onComment);
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    decoder.push(piece);
    yield* events.splice(0);
  }
  decoder.end();
  yield* events;
}

/** Characters of one event, its lines together, or of one line. The longest of any provider is some seconds of audio. */
const maxEventLength = 16 * 1_048_576;

/**
 * Cuts bytes into server-sent events, wherever they were cut before: inside a line, a CRLF or a character. Ids and
 * retry times are left out, for nothing here resumes a stream.
 */
export class ServerSentEventDecoder {
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #onComment: (() => void) | undefined;
  readonly #decoder = new TextDecoder();
  /** The pieces of a line that has not ended; joined once, for adding to a long text costs its length each time. */
  #pieces: string[] = [];
  #lineLength = 0;
  /** The last piece ended in a carriage return, which ended the line; a line feed after it belongs to it. */
  #afterReturn = false;
  #event = '';
  #data: string[] = [];
  #dataLength = 0;

  constructor(onEvent: (event: ServerSentEvent) => void, onComment?: () => void) {
    this.#onEvent = onEvent;
    this.#onComment = onComment;
  }

  /** @throws PatchbayError `message-too-large` where a line or an event is longer than 16 Mi characters. */
  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The stream is over. An event that no blank line ended is delivered too: some servers forget it. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#lineLength > 0) this.#endLine();
    this.#dispatch();
  }

  #take(text: string): void {
    if (text === '') return;
    let start = this.#afterReturn && text.charCodeAt(0) === 10 ? 1 : 0;
    this.#afterReturn = false;
    for (let index = start; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code !== 10 && code !== 13) continue;
      this.#keep(text.slice(start, index));
      this.#endLine();
      if (code === 13) {
        if (index + 1 === text.length) this.#afterReturn = true;
        else if (text.charCodeAt(index + 1) === 10) index++;
      }
      start = index + 1;
    }
    this.#keep(text.slice(start));
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#lineLength += piece.length;
    if (this.#lineLength + this.#dataLength > maxEventLength) {
      throw new PatchbayError('message-too-large', `a server-sent event was longer than ${maxEventLength} characters`);
    }
    this.#pieces.push(piece);
  }

  #endLine(): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join('');
    this.#pieces = [];
    this.#lineLength = 0;
    this.#line(line);
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return this.#onComment?.();
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === 'data') {
      this.#data.push(value);
      // One more for the line end: a million empty lines are not nothing.
      this.#dataLength += value.length + 1;
    }
    if (field === 'event') this.#event = value;
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event === '' ? 'message' : this.#event;
    this.#event = '';
    if (data.length === 0) return;
    this.#data = [];
    this.#dataLength = 0;
    this.#onEvent({ event, data: data.length === 1 ? (data[0] as string) : data.join('\n') });
  }
}
