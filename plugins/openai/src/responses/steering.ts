import { checkString, providerError, refuseOption } from '@patchbay/plugin-kit';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import { wordsOf } from '../words.ts';
import type { WsErrorEvent, WsResponseSteerEvent, WsResponseSteerResultEvent } from './wire.ts';

/** A message of the user: words, or parts such as `{ type: 'input_text', text }` and `{ type: 'input_image', image_url }`. */
export interface SteerMessage {
  type: 'message';
  role: 'user';
  content: string | readonly Record<string, unknown>[];
}

/** What the user adds to a reply that is being made. */
export type SteerInput = string | readonly SteerMessage[];

interface Submission {
  input: SteerInput;
  sent: boolean;
  /** The server owns it. */
  id?: string;
  resolve(): void;
  reject(error: PatchbayError): void;
}

/**
 * What a user adds while a reply is being made, from `response.steer` to the response that takes it up. Acceptance is
 * not that: the server ends the running response where it can, and begins another by itself.
 *
 * https://developers.openai.com/api/docs/guides/websocket-mode
 */
export class Steering {
  readonly #connection: Connection;
  #submissions: Submission[] = [];
  #send: ((event: WsResponseSteerEvent) => boolean) | undefined;
  #responseId = '';
  #isOver = false;
  /** Why it is, if there is more to say than that. */
  #reason: PatchbayError | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Fulfilled when a response takes the input up, or when the server keeps it for the request that brings the results
   * of tools. Said before the response has begun, it waits for that.
   */
  submit(input: SteerInput): Promise<void> {
    if (typeof input === 'string') checkString('input', input);
    if (input.length === 0) refuseOption('input', 'what the user says, in words or messages');
    if (this.#isOver) return Promise.reject(this.#ending());
    return new Promise((resolve, reject) => {
      this.#submissions.push({ input, sent: false, resolve, reject });
      this.#sendAll();
    });
  }

  /** Something was sent about which the server has yet to say how it ends: the reply is not over before. */
  get owed(): boolean {
    return this.#submissions.some(({ sent }) => sent);
  }

  /** A request is under way; what is to be added goes by `send`. */
  open(send: (event: WsResponseSteerEvent) => boolean): void {
    this.#isOver = false;
    this.#responseId = '';
    this.#send = send;
  }

  /** A response has begun: with everything that the server had accepted. */
  began(responseId: string): void {
    for (const submission of this.#submissions.filter(({ id }) => id !== undefined)) this.#settle(submission);
    this.#responseId = responseId;
    this.#sendAll();
  }

  read({ type, steer, error }: WsResponseSteerResultEvent): void {
    const submission =
      this.#submissions.find(({ id }) => id !== undefined && id === steer?.id) ??
      this.#submissions.find(({ sent, id }) => sent && id === undefined);
    if (submission === undefined) return;
    if (type === 'response.steer.accepted') submission.id = steer?.id ?? '';
    else if (type === 'response.steer.pending') this.#settle(submission);
    else this.#settle(submission, this.#refusal(error ?? {}));
  }

  /** Servers that know no steering say so by a plain error, which concerns the reply only if it is about something else. */
  takes({ error, ...flat }: WsErrorEvent): boolean {
    const said = error ?? { message: flat.message, code: flat.code, param: flat.param };
    const waiting = this.#submissions.find(({ sent, id }) => sent && id === undefined);
    if (waiting === undefined || !(said.param === 'type' || /\bsteer/i.test(wordsOf(said.message) ?? ''))) return false;
    this.#settle(waiting, this.#refusal(said));
    return true;
  }

  /** The reply is over, and with it whatever was not taken up. */
  close(reason?: PatchbayError): void {
    this.#isOver = true;
    this.#reason = reason;
    this.#send = undefined;
    for (const submission of this.#submissions) submission.reject(this.#ending());
    this.#submissions = [];
  }

  #ending(): PatchbayError {
    return this.#reason ?? new PatchbayError('closed', 'the reply is over; say it as the next turn');
  }

  #sendAll(): void {
    if (this.#responseId === '' || this.#send === undefined) return;
    for (const submission of this.#submissions.filter(({ sent }) => !sent)) {
      submission.sent = true;
      const { input } = submission;
      if (this.#send({ type: 'response.steer', previous_response_id: this.#responseId, input })) continue;
      this.#settle(submission, new PatchbayError('closed', 'the connection is gone'));
    }
  }

  #settle(submission: Submission, error?: PatchbayError): void {
    this.#submissions = this.#submissions.filter((each) => each !== submission);
    if (error === undefined) submission.resolve();
    else submission.reject(error);
  }

  #refusal({ code, message }: { code?: unknown; message?: unknown }): PatchbayError {
    const text = wordsOf(message) ?? 'no reason was given';
    const details = typeof code === 'string' ? { providerCode: code } : {};
    return providerError(this.#connection, `what the user added was not taken up: ${text}`, details);
  }
}
