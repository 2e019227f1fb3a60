import { currentRuntime, LazyMap, SocketPool, type Clock } from '@patchbay/ws-session';
import { guardedEmit } from './guarded-emit.ts';
import { decodeJson, type JsonMessage } from './json-message.ts';
import { RateWindow } from './rate-window.ts';
import { SpeechTurn, type TurnListener } from './speech-turn.ts';
import type { StreamingTTS, StreamingTTSDescription } from './streaming-tts.ts';

/** A socket between two turns: long enough for what a caller has to say, and short, for plans count what is open. */
const defaultIdleMs = 120_000;

/** What is remembered of a socket. */
interface SocketRecord {
  requestId?: string;
  turns?: RateWindow;
  characters?: RateWindow;
}

/** The sockets of one model: dialled ahead, used turn by turn, by several turns at once where the protocol has that. */
export class SpeechSockets<Options extends object> {
  readonly description: Readonly<StreamingTTSDescription<Options>>;
  readonly clock: Clock = currentRuntime().clock;
  readonly pool: SocketPool;
  readonly #records = new LazyMap<number, SocketRecord>();
  #lastFrame: string | undefined;
  #lastMessage: JsonMessage | undefined;

  constructor(
    description: Readonly<StreamingTTSDescription<Options>>,
    voice: StreamingTTS<Options>,
    now: (voice: StreamingTTS<Options>) => Readonly<Options>,
  ) {
    this.description = description;
    const { connection, agent, proxy, modelOf, queryOf, wire, idleMs = defaultIdleMs } = description;
    const { sharing, keepAlive, farewell } = wire;
    this.pool = new SocketPool({
      connection,
      ...(agent === undefined ? {} : { agent }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(keepAlive === undefined ? {} : { keepAlive }),
      ...(farewell === undefined ? {} : { farewell }),
      ...(wire.refusal && {
        refusal: (frame) => {
          const message = typeof frame === 'string' ? this.read(frame) : undefined;
          return message && wire.refusal?.(message, connection);
        },
      }),
      ...(sharing === undefined
        ? {}
        : {
            lanes: {
              perSocket: sharing.perSocket,
              once: true,
              laneOf: (frame) => {
                const message = typeof frame === 'string' ? this.read(frame) : undefined;
                return message && sharing.turnOf(message);
              },
            },
          }),
      maxIdleMs: idleMs,
      ...(modelOf && { model: () => modelOf(now(voice)) }),
      ...(queryOf && { query: () => queryOf(now(voice)) }),
      event: (event) => {
        if (event.type === 'closed') this.#records.delete(event.epoch);
        guardedEmit(voice, 'connection', event);
      },
      ...(wire.requestIdOf && { received: (frame, socketId) => this.#note(frame, socketId) }),
    });
  }

  /** One turn. It takes a socket when there is something to say. */
  turn(options: Readonly<Options>, listener: TurnListener, timeoutMs: number): SpeechTurn<Options> {
    return new SpeechTurn(this, options, listener, timeoutMs);
  }

  /** The message in a frame; `undefined` if nobody can read it. Asked twice for one frame, it is read once. */
  read(frame: string): JsonMessage | undefined {
    if (frame === this.#lastFrame) return this.#lastMessage;
    this.#lastFrame = frame;
    try {
      this.#lastMessage = (this.description.wire.decode ?? decodeJson)(frame);
    } catch {
      this.#lastMessage = undefined;
    }
    return this.#lastMessage;
  }

  /** Whether a socket may be given a turn that begins with so many characters. */
  fits(socketId: number, characters: number): boolean {
    return (this.#records.get(socketId)?.turns?.has(1) ?? true) && this.mayAdd(socketId, characters);
  }

  /** Whether the turn that it has may become longer by so many characters. */
  mayAdd(socketId: number, characters: number): boolean {
    return this.#records.get(socketId)?.characters?.has(characters) ?? true;
  }

  began(socketId: number): void {
    this.#record(socketId).turns?.add(1);
  }

  added(socketId: number, characters: number): void {
    this.#record(socketId).characters?.add(characters);
  }

  /** The provider's name for the connection. */
  requestIdOf(socketId: number): string | undefined {
    return this.#records.get(socketId)?.requestId;
  }

  #note(frame: unknown, socketId: number): void {
    const { wire } = this.description;
    if (wire.requestIdOf === undefined || typeof frame !== 'string') return;
    const record = this.#record(socketId);
    if (record.requestId !== undefined) return;
    const message = this.read(frame);
    const id = message && wire.requestIdOf(message);
    if (id !== undefined && id !== '') record.requestId = this.description.connection.scrub(id);
  }

  #record(socketId: number): SocketRecord {
    let record = this.#records.get(socketId);
    if (record === undefined) {
      const { turns, characters } = this.description.wire.limits ?? {};
      record = {
        ...(turns && { turns: new RateWindow(this.clock, turns) }),
        ...(characters && { characters: new RateWindow(this.clock, characters) }),
      };
      this.#records.set(socketId, record);
    }
    return record;
  }
}
