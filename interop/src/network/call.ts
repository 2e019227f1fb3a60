import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger, llm, stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { realtime, responses, STT, type OpenAIConnectOptions } from '@patchbay/openai';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { all, speak, wordsIn } from './speech.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** The other end of every call: it writes down what it hears letter by letter, and says it again. */
export function startCloud(options: LoopbackOptions = {}): Promise<Loopback> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  return startLoopback({ voice: 'plain', mind: 'echo', pace, faults: [], ...options });
}

/** How the plugin gets there. */
export interface Way extends Omit<OpenAIConnectOptions, 'model'> {
  baseURL: string;
  connOptions?: Partial<APIConnectOptions>;
}

/** What every call brings along; no error may show it. */
export const key = 'sk-a-key-that-must-not-be-shown';
const retryOnceAtOnce: APIConnectOptions = { maxRetry: 1, retryIntervalMs: 1, timeoutMs: 10_000 };

/** A call through something, and what the caller gets to know of it. */
export abstract class Call {
  /** What was understood, or answered, turn by turn. */
  readonly turns: string[] = [];
  /** Those that nobody tries to mend. */
  readonly errors: Error[] = [];
  readonly events: ConnectionEvent[] = [];

  /** Every turn, as soon as there are so many; rejects when the call is over before. */
  async heard(count: number): Promise<string[]> {
    await this.#unlessOver(
      () => this.turns.length >= count,
      () => `${count} turns, of which came ${this.turns.length}`,
    );
    return [...this.turns];
  }

  /** What ended the call, as soon as something has: what was tried again is among the {@link losses}. */
  async failure(): Promise<Error> {
    await until(
      () => this.errors.length > 0,
      () => 'an error',
    );
    return this.errors[0]!;
  }

  /** Resolves when that many connections have been opened; rejects when the call is over before. */
  opened(count: number): Promise<void> {
    const opened = (): number => this.#ofType('open').length;
    return this.#unlessOver(
      () => opened() >= count,
      () => `${count} connections, of which came ${opened()}`,
    );
  }

  /** Resolves when a connection has been closed for good. */
  closed(): Promise<void> {
    return until(
      () => this.#ofType('closed').length > 0,
      () => 'a connection to be closed',
    );
  }

  /** How often it was dialled. */
  get dials(): number {
    return this.#ofType('connecting').length;
  }

  /** Why connections were lost, in the plugin's words, without the address. */
  get losses(): string[] {
    return this.#ofType('reconnecting').map(({ error }) => wordsOf(error));
  }

  /** Milliseconds of speech that nobody has heard, by the plugin's own account. */
  get droppedMs(): number {
    return this.#ofType('audio-dropped').reduce((sum, { droppedMs }) => sum + droppedMs, 0);
  }

  abstract end(): Promise<void>;

  protected tell({ error, recoverable }: { error: Error; recoverable: boolean }): void {
    if (!recoverable) this.errors.push(error);
  }

  async #unlessOver(condition: () => boolean, what: () => string): Promise<void> {
    await until(() => condition() || this.errors.length > 0, what);
    if (!condition()) throw this.errors[0]!;
  }

  #ofType<Type extends ConnectionEvent['type']>(type: Type): Extract<ConnectionEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ConnectionEvent, { type: Type }> => event.type === type);
  }
}

/** Somebody whose words are written down: speech to text over a realtime socket. */
export class Dictation extends Call {
  readonly #model: STT;
  readonly #stream: livekit.SpeechStream;
  readonly #over: Promise<void>;

  constructor({ connOptions, ...way }: Way) {
    super();
    this.#model = new STT({ apiKey: key, model: 'gpt-4o-mini-transcribe', ...way });
    (this.#model as livekit.STT).on('error', (event) => this.tell(event));
    this.#model.on('connection', (event) => this.events.push(event));
    this.#stream = this.#model.stream({ connOptions: { ...retryOnceAtOnce, ...connOptions } });
    this.#over = this.#read();
  }

  /** `midway` happens when half of it is said; it is waited for at the end, for nobody stops speaking because of it. */
  say(text: string, midway?: () => unknown): Promise<void> {
    return speak(text, { push: (frame) => this.#stream.pushFrame(frame), midway });
  }

  async end(): Promise<void> {
    this.#stream.close();
    await this.#over;
    await this.#model.close();
  }

  async #read(): Promise<void> {
    for await (const { type, alternatives } of this.#stream)
      if (type === livekit.SpeechEventType.FINAL_TRANSCRIPT) this.turns.push(alternatives?.[0].text ?? '');
  }
}

/** Somebody who talks with a model that speaks. Its turns are what it answered, read from its voice. */
export class Conversation extends Call {
  readonly #model: realtime.RealtimeModel;
  readonly #session: realtime.RealtimeSession;

  constructor({ connOptions, ...way }: Way) {
    super();
    this.#model = new realtime.RealtimeModel({
      apiKey: key,
      turnDetection: { type: 'server_vad', silence_duration_ms: 300, create_response: true, interrupt_response: true },
      connOptions: { timeoutMs: 10_000, ...connOptions },
      ...way,
    });
    this.#model.on('connection', (event) => this.events.push(event));
    this.#session = this.#model.session();
    this.#session.on('error', (event: llm.RealtimeModelError) => this.tell(event));
    this.#session.on('generation_created', (event: llm.GenerationCreatedEvent) => void this.#listen(event));
  }

  /** See {@link Dictation.say}. */
  say(text: string, midway?: () => unknown): Promise<void> {
    return speak(text, { push: (frame) => this.#session.pushAudio(frame), midway });
  }

  async end(): Promise<void> {
    await this.#session.close();
    await this.#model.close();
  }

  async #listen({ messageStream }: llm.GenerationCreatedEvent): Promise<void> {
    let said = '';
    for await (const { textStream, audioStream } of messageStream) {
      const [text, audio] = await Promise.all([all(textStream), all(audioStream)]);
      said += text.map((part) => (typeof part === 'string' ? part : part.text)).join('');
      const words = await wordsIn(audio.map(({ data }) => data));
      if (words !== said.trim()) said = `${said.trim()} (but its voice said: ${words})`;
    }
    this.turns.push(said.trim());
  }
}

/** Turns of a language model on a Responses socket. */
export class Chat extends Call {
  readonly #model: responses.LLM;
  readonly #connOptions: APIConnectOptions;

  constructor({ connOptions, ...way }: Way) {
    super();
    this.#model = new responses.LLM({ apiKey: key, ...way });
    this.#connOptions = { ...retryOnceAtOnce, ...connOptions };
    (this.#model as llm.LLM).on('error', (event) => this.tell(event));
    this.#model.on('connection', (event) => this.events.push(event));
  }

  /** Resolves to the answer, which is also a turn; to nothing, if there was none. */
  async ask(text: string): Promise<string> {
    const chatCtx = new llm.ChatContext();
    chatCtx.addMessage({ role: 'user', content: text });
    let said = '';
    for await (const { delta } of this.#model.chat({ chatCtx, connOptions: this.#connOptions }))
      said += delta?.content ?? '';
    if (said !== '') this.turns.push(said);
    return said;
  }

  end(): Promise<void> {
    return this.#model.close();
  }
}

/** What an error of the plugin says, without the class and the address, which differ. */
export function wordsOf({ message }: Error): string {
  return message.replace(/^\w+ \w+ at \S+: /, '');
}

/** Waits for something to become so. */
export async function until(condition: () => boolean, what: () => string, withinMs: number = 60_000): Promise<void> {
  const lastMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > lastMs) throw new Error(`waited in vain for ${what()}`);
    await sleep(10);
  }
}
