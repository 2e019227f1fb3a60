import { voice } from '@livekit/agents';
import type { Faults, InjectedFault } from '@patchbay/loopback';
import type { ConnectionEvent } from '@patchbay/openai';
import type { Models } from '../cast.ts';
import type { Turn } from '../record.ts';
import type { Step } from '../script.ts';
import type { Ordeal } from './attack.ts';
import { tellConnection, tellError } from './tell.ts';

/** The part of a model that tells what its connection does; those over HTTP have none. */
interface Telling {
  on(event: 'connection', listener: (event: ConnectionEvent) => void): unknown;
}

/** Sets the cloud on fire, a fault per turn, and writes down what is told of it. */
export class Fire {
  readonly #faults: Faults;
  #injected: InjectedFault[] = [];
  #ordeal: Ordeal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  watch(session: voice.AgentSession, { stt, llm, tts }: Models): void {
    session.on(voice.AgentSessionEventTypes.Error, (event) => this.#tell(tellError(event)));
    for (const [part, model] of Object.entries({ stt, llm, tts })) {
      // Not every model of LiveKit's tells, and none is typed as if it did.
      (model as Telling | undefined)?.on('connection', (event) => {
        if (event.type === 'audio-dropped' && this.#ordeal) this.#ordeal.droppedMs += event.droppedMs;
        this.#tell(tellConnection(part, event));
      });
    }
  }

  /** A phrase is about to be said, in so many milliseconds. */
  begin(turn: Turn, { answer = '', attack }: Step): number {
    this.end();
    if (!attack) return 0;
    const { title, faults, speakingMs, pauseMs = 0, tells, cuts = false } = attack;
    const hits = faults.map(() => 0);
    this.#ordeal = turn.ordeal = { title, hits, expected: tells, told: [], droppedMs: 0, answer, cuts };
    const strike = (): void => void (this.#injected = faults.map((fault) => this.#faults.inject(fault)));
    if (speakingMs === undefined) strike();
    else this.#timer = setTimeout(strike, speakingMs);
    return pauseMs;
  }

  /** The answer is over, or the conversation is. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#ordeal) this.#ordeal.hits = this.#injected.map(({ hits }) => hits);
    for (const fault of this.#injected.splice(0)) fault.remove();
    this.#ordeal = undefined;
  }

  #tell(what: string | undefined): void {
    if (what !== undefined) this.#ordeal?.told.push(what);
  }
}
