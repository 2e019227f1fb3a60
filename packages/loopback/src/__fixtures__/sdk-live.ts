import { OpenAI } from 'openai-7';
import { ForksWS } from 'openai-7/resources/live/forks/ws';
import type { ClientEvent, ServerEvent } from 'openai-7/resources/live/live';
import { SidebandWS } from 'openai-7/resources/live/sideband/ws';
import { LiveWS } from 'openai-7/resources/live/ws';
import { Inbox } from './inbox.ts';
import { millisecondsOf, listenTo, microphone, silence } from './speech.ts';
import type { SdkTarget } from './sdk-realtime.ts';

/** Where the SDK connects: a line of its own, beside a session's, or a fork of one. */
export type LiveRole = 'primary' | { attach: string } | { fork: string };

/** The official SDK on a Live socket, and everything it received. */
export class SdkLive extends Inbox<ServerEvent> {
  readonly socket: LiveWS | SidebandWS | ForksWS;
  #steps = 0;
  #spokenUntil = 0;
  #over = false;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor({ url, ca, apiKey = 'key-of-the-test' }: SdkTarget, role: LiveRole = 'primary') {
    super();
    const client = new OpenAI({ apiKey, baseURL: url });
    this.socket =
      role === 'primary'
        ? new LiveWS(client, { ca })
        : 'attach' in role
          ? new SidebandWS(client, { session_id: role.attach }, { ca })
          : new ForksWS(client, { session_id: role.fork }, { ca });
    this.socket.on('event', (event: ServerEvent) => {
      if (event.type === 'session.output_audio.delta') this.#steps += 1;
      this.add(event);
    });
    // An error event is in the inbox; a failure of the socket is told by its end.
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.socket.on('close', (code, reason) => {
        this.#over = true;
        this.end(`${code} ${reason.toString()}`);
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  send(event: ClientEvent): void {
    (this.socket as LiveWS).send(event);
  }

  hear(audio: string): void {
    this.send({ type: 'session.input_audio.append', audio });
  }

  /** Somebody speaks, and is silent for long enough. */
  async speak(text: string): Promise<void> {
    for (const audio of await microphone(text)) this.hear(audio);
  }

  /** Time goes by until the promise is settled: a session's time is its input. */
  async listening<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => void (settled = true);
    promise.then(done, done);
    while (!settled && !this.#over) await this.#step();
    return promise;
  }

  /** What was said since the last time, in words, once the line has been quiet for a second. */
  async spoken(): Promise<string> {
    for (let quiet = 0, loud = false; quiet < 10 || !loud; ) {
      const unheard = this.all('session.output_audio.delta').slice(this.#spokenUntil);
      const lastLoud = unheard.findLastIndex(({ delta }) => Buffer.from(delta, 'base64').some((byte) => byte !== 0));
      loud = lastLoud >= 0;
      quiet = unheard.length - 1 - lastLoud;
      await this.#step();
    }
    const unheard = this.all('session.output_audio.delta').slice(this.#spokenUntil);
    this.#spokenUntil += unheard.length;
    return listenTo(unheard);
  }

  /** 100 ms of a quiet room, in and out. */
  async #step(): Promise<void> {
    const before = this.#steps;
    this.hear(silence(100));
    while (this.#steps === before && !this.#over) await new Promise((resolve) => setImmediate(resolve));
  }

  get heardMs(): number {
    return millisecondsOf(this.all('session.output_audio.delta'));
  }

  close(): void {
    this.socket.close();
  }
}
