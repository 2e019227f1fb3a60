import { sleep } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { parseObject } from '../http/json.ts';
import type { Transport } from './catalogue.ts';
import { changes, extras, isTerminal } from './content.ts';
import { dialectOf } from './dialects.ts';
import type { Dialect } from './dialects.ts';
import type { Encoder } from './encoders.ts';
import { closeFrame } from './frames.ts';
import type { Passing } from './frames.ts';
import type { ArmedFault, FaultRegistry } from './registry.ts';
import { serviceEffects } from './service.ts';
import type { Service } from './service.ts';
import { streamEffects } from './stream.ts';
import type { Writer } from './writer.ts';

/** What every connection of a wire shares. */
export interface WireContext {
  readonly faults: FaultRegistry;
  readonly clock: Clock;
  readonly service: Service;
  readonly tell: (lane: string, name: string, detail?: Record<string, unknown>) => void;
}

export interface ExchangeOptions {
  context: WireContext;
  /** Without a gateway's base. */
  path: string;
  transport: Transport;
  encoder: Encoder;
  writer: Writer;
  /** Aborts when the client is gone. */
  gone: AbortSignal;
}

/** How far a fault is from its point on one exchange. */
interface Progress {
  seen: number;
  isOver: boolean;
}

/** The message at the point is lost: the fault is there instead. */
const inPlace: ReadonlySet<string> = new Set([
  'stall-at',
  'mute-at',
  'drop-at',
  'end-at',
  'close-at',
  'lose-first-event',
  'close-before-first-event',
]);

/** One socket, or one HTTP answer, and the faults that lie in wait on it. */
export class Exchange {
  readonly settings: ExchangeOptions;
  readonly #dialect: Dialect;
  readonly #progress = new Map<ArmedFault, Progress>();
  /** Those of the group `opened` are for connections that open behind them. */
  readonly #early: ReadonlySet<ArmedFault>;
  /** Faults that reached their point and wait for a message they can act on. */
  #ready: ArmedFault[] = [];
  #late: Buffer[] = [];
  #gate: Promise<void> = Promise.resolve();
  #isOpen = false;
  #reads = true;
  #mode: 'flowing' | 'muted' | 'silent' | 'closing' = 'flowing';

  constructor(settings: ExchangeOptions) {
    this.settings = settings;
    this.#dialect = dialectOf(settings.path);
    this.#early = new Set(settings.context.faults.injected);
  }

  get dialect(): Dialect {
    return this.#dialect;
  }

  /** Nothing more of the service reaches the client, not even its end. */
  get isSilent(): boolean {
    return this.#mode === 'silent';
  }

  /** The 101 or the head of the answer has passed. */
  async open(): Promise<void> {
    this.#isOpen = true;
    for (const fault of this.settings.context.faults.injected) await this.arrive(fault);
  }

  /** A fault was injected: one whose point is 0 has reached it. */
  async arrive(fault: ArmedFault): Promise<void> {
    if (!this.#isOpen || fault.settings.at !== 0 || !this.#concerns(fault)) return;
    const progress = this.#progressOf(fault);
    if (progress.isOver) return;
    progress.isOver = true;
    if (this.#hit(fault)) await this.#act(fault);
  }

  /** Something of the service passes to the client. */
  async down(passing: Passing): Promise<void> {
    await this.#gate;
    const { writer } = this.settings;
    if (this.#mode !== 'flowing' && !(this.#mode === 'muted' && passing.kind === 'control')) return;
    if (passing.kind !== 'message') return writer.write(passing.raw);
    const due = this.#due(passing, 'down');
    this.#ready.push(...due.filter((fault) => fault.kind.group === 'content'));
    let out = due.some((fault) => inPlace.has(fault.kind.name)) ? [] : this.#changed(passing);
    if (this.#takesReorder()) this.#late = out;
    else if (out.length > 0) out = [...out, ...this.#late.splice(0)];
    if (this.#late !== out) await writer.write(Buffer.concat(out));
    for (const fault of due) if (fault.kind.group !== 'content') await this.#act(fault);
  }

  /** Something of the client passes to the service; `forward` sends it there. */
  async up(passing: Passing, forward: () => Promise<void>): Promise<void> {
    await this.#gate;
    if (this.#mode === 'silent') return;
    if (!this.#reads) return never(this.settings.gone);
    const due = passing.kind === 'message' && this.#mode === 'flowing' ? this.#due(passing, 'up') : [];
    if (!due.some((fault) => inPlace.has(fault.kind.name))) await forward();
    for (const fault of due) await this.#act(fault);
    if (this.#mode === 'closing' && passing.isClose) await this.settings.writer.end();
  }

  /** The service has ended its side: what was held back comes after all. */
  async flush(): Promise<void> {
    await this.#gate;
    if (this.#mode === 'flowing') for (const late of this.#late.splice(0)) await this.settings.writer.write(late);
  }

  mute(): void {
    this.#mode = 'muted';
  }

  silence(): void {
    this.#mode = 'silent';
  }

  stopReading(): void {
    this.#reads = false;
  }

  freeze(ms: number): void {
    this.#gate = sleep(this.settings.context.clock, ms, this.settings.gone);
  }

  async close(code: number, reason?: string): Promise<void> {
    this.#mode = 'closing';
    await this.settings.writer.write(closeFrame(code, reason));
  }

  #progressOf(fault: ArmedFault): Progress {
    let progress = this.#progress.get(fault);
    if (!progress) this.#progress.set(fault, (progress = { seen: 0, isOver: false }));
    return progress;
  }

  #concerns(fault: ArmedFault): boolean {
    const { kind, settings } = fault;
    if (settings.at === undefined || !kind.transports.includes(this.settings.transport)) return false;
    if (kind.group === 'opened' && !this.#early.has(fault)) return false;
    return fault.live && isOnPath(settings.path, this.settings.path);
  }

  /** The faults that reach their point with this message. */
  #due(passing: Passing, direction: 'up' | 'down'): ArmedFault[] {
    const due: ArmedFault[] = [];
    let type: string | undefined;
    for (const fault of this.settings.context.faults.injected) {
      if (!this.#concerns(fault)) continue;
      const progress = this.#progressOf(fault);
      if (progress.isOver) continue;
      const { at } = fault.settings;
      if (typeof at === 'number') {
        if (direction === 'up') continue;
        progress.seen += 1;
        if (progress.seen < at) continue;
      } else {
        const [, wanted, count = '1'] = /^(.*?)(?:#(\d+))?$/.exec(at ?? '') ?? [];
        if ((type ??= typeOf(passing.text, this.#dialect)) !== wanted) continue;
        progress.seen += 1;
        if (progress.seen < Number(count)) continue;
      }
      progress.isOver = true;
      if (this.#hit(fault)) due.push(fault);
    }
    return due;
  }

  #hit(fault: ArmedFault): boolean {
    if (!fault.hit()) return false;
    tellHit(this.settings.context, fault, this.settings.path);
    return true;
  }

  /** Acts where no message of the service is at hand: what needs one waits for the next. */
  async #act(fault: ArmedFault): Promise<void> {
    const { name, group } = fault.kind;
    if (group === 'service') return serviceEffects[name]?.(this.settings.context.service, fault.settings);
    if (group !== 'content') return streamEffects[name]?.(this, fault.settings);
    const isFree = extras[name] && name !== 'no-type' && !this.#replaces(fault);
    if (!isFree) this.#ready.push(fault);
    else await this.settings.writer.write(this.#extra(fault, { raw: Buffer.alloc(0), kind: 'message' }));
  }

  /** The message, with what faults make of it and put beside it. */
  #changed(passing: Passing): Buffer[] {
    let out = [passing.raw];
    const waiting: ArmedFault[] = [];
    for (const fault of this.#ready.splice(0)) {
      const { name } = fault.kind;
      if (name === 'reorder' || (name === 'null-fields' && !isTerminal(passing.text))) waiting.push(fault);
      else if (changes[name]) out = changes[name](this.#content(fault, passing));
      else out = [...(this.#replaces(fault) ? [] : out), this.#extra(fault, passing)];
    }
    this.#ready = waiting;
    return out;
  }

  /** There is no room beside a document. */
  #replaces(fault: ArmedFault): boolean {
    return fault.settings.instead === true || (this.settings.transport === 'json' && fault.kind.name !== 'bad-frame');
  }

  #takesReorder(): boolean {
    const before = this.#ready.length;
    this.#ready = this.#ready.filter((fault) => fault.kind.name !== 'reorder');
    return before > this.#ready.length;
  }

  #extra(fault: ArmedFault, message: Passing): Buffer {
    return extras[fault.kind.name]!(this.#content(fault, message));
  }

  #content(fault: ArmedFault, message: Passing): Parameters<(typeof extras)[string]>[0] {
    const { encoder, transport } = this.settings;
    return { message, settings: fault.settings, encoder, dialect: this.#dialect, transport };
  }
}

/** Whether a fault for one path is meant by another; `/v1` may be left out on either. */
export function isOnPath(wanted: string | undefined, path: string): boolean {
  const short = (each: string): string => each.replace(/^\/v1(?=\/|$)/, '');
  return wanted === undefined || short(path).startsWith(short(wanted));
}

export function tellHit(context: WireContext, { settings, hits }: ArmedFault, path?: string): void {
  const { name, at } = settings;
  context.tell('fault', 'fault-injected', {
    fault: name,
    ...(at === undefined ? {} : { at }),
    hits,
    ...(path ? { path } : {}),
  });
}

function typeOf(text: string | undefined, { nameOf }: Dialect): string | undefined {
  const event = parseObject(text ?? '');
  const type = (event && nameOf?.(event)) ?? event?.type ?? event?.object;
  return typeof type === 'string' ? type : text;
}

function never(gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }));
}
