import { shortuuid } from '@livekit/agents';
import type { llm } from '@livekit/agents';
import type { SessionConfig, SessionUpdateEvent } from './api-proto.ts';
import type { RealtimeOptions } from './options.ts';
import { changesOf, sessionConfigOf } from './session-config.ts';

/** What a user may change while a session is open. */
export interface Settings {
  options: RealtimeOptions;
  instructions: string | undefined;
  /** `undefined` until tools were given: then there is nothing to take away either. */
  tools: llm.ToolContext | undefined;
}

interface Update {
  eventId: string;
  before: Settings;
  after: Settings;
}

/**
 * How the model is to behave, and what of it the service has been told. A change that the service refuses is undone:
 * left as it is, it would be part of the first update of every socket to come, which would be refused as a whole.
 */
export class Configuration {
  #settings: Settings;
  /** What this socket was told, */
  #told: Settings | undefined;
  /** and how it was told of its tools: one that is changed in place and given again is told again. */
  #toldTools: SessionConfig['tools'];
  /** Told, and not answered yet. */
  #updates: Update[] = [];
  /** The model's name, if it travels in the body. */
  readonly #model: string | undefined;

  constructor(options: RealtimeOptions, model: string | undefined) {
    this.#settings = { options, instructions: undefined, tools: undefined };
    this.#model = model;
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  /** A fresh socket is told everything. */
  opened(): SessionUpdateEvent {
    const eventId = shortuuid('session_update_');
    this.#updates = [{ eventId, before: this.#settings, after: this.#settings }];
    const session = this.#configOf(this.#settings);
    this.#tell(this.#settings, session);
    return { type: 'session.update', event_id: eventId, session };
  }

  /** Changes settings; without a socket that is all. Returns what to tell this one, if it does not know it yet. */
  change(
    changes: Partial<Settings>,
    { prefix, isOpen }: { prefix: string; isOpen: boolean },
  ): SessionUpdateEvent | undefined {
    const before = this.#settings;
    const after = { ...before, ...changes };
    const next = this.#configOf(after);
    this.#settings = after;
    if (!isOpen) return undefined;
    const session = changesOf(this.#toldConfig, next);
    this.#tell(after, next);
    if (!session) return undefined;
    const eventId = shortuuid(prefix);
    this.#updates.push({ eventId, before, after });
    return { type: 'session.update', event_id: eventId, session };
  }

  /** An update of something that is so already: the service must answer it, and nothing changes. */
  again(): SessionUpdateEvent {
    const eventId = shortuuid('sign_of_life_');
    this.#updates.push({ eventId, before: this.#settings, after: this.#settings });
    const { type, modalities, output_modalities } = this.#toldConfig;
    return { type: 'session.update', event_id: eventId, session: { type, modalities, output_modalities } };
  }

  /** The service answers updates one after the other: it has made the oldest. */
  accepted(): void {
    this.#updates.shift();
  }

  /** The service refused an update: what it changed, and nobody has changed since, is as it was. `false`: not ours. */
  refused(eventId: string): boolean {
    const at = this.#updates.findIndex((update) => update.eventId === eventId);
    if (at < 0) return false;
    const { before, after } = this.#updates[at]!;
    this.#updates.splice(at, 1);
    const options = undone(this.#settings.options, before.options, after.options);
    this.#settings = { ...undone(this.#settings, before, after), options };
    this.#tell(this.#settings, this.#configOf(this.#settings));
    return true;
  }

  #tell(settings: Settings, { tools }: SessionConfig): void {
    this.#told = settings;
    this.#toldTools = tools;
  }

  /** Made when it is asked for: most sockets are told once. */
  get #toldConfig(): SessionConfig {
    return this.#told === undefined ? {} : { ...this.#configOf(this.#told), tools: this.#toldTools };
  }

  #configOf(settings: Settings): SessionConfig {
    return sessionConfigOf({ ...settings, model: this.#model });
  }
}

/** `now`, without what a change from `before` to `after` made of it. */
function undone<T extends object>(now: T, before: T, after: T): T {
  const result = { ...now };
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (after[key] !== before[key] && now[key] === after[key]) result[key] = before[key];
  }
  return result;
}
