import { checkFault, kindOf, parseFault } from './parse.ts';
import type { FaultKind } from './catalogue.ts';
import type { Fault, Faults, InjectedFault } from './types.ts';

/** A fault that lies in wait, with its kind and everything that has a default. */
export interface ArmedFault extends InjectedFault {
  readonly kind: FaultKind;
  readonly settings: Fault;
  /** Counts a hit; `false` when it has hit as often as it may, or was removed. */
  hit: () => boolean;
  /** Whether it may hit again. */
  readonly live: boolean;
}

/** Who is told of every injection and removal. */
export interface RegistryListeners {
  /** May throw: then it is not injected. */
  injected(fault: ArmedFault): void;
  removed(fault: ArmedFault): void;
}

/** Keeps the faults of a cloud. */
export class FaultRegistry implements Faults {
  readonly #armed: ArmedFault[] = [];
  readonly #listeners: RegistryListeners;

  constructor(listeners: RegistryListeners) {
    this.#listeners = listeners;
  }

  get injected(): readonly ArmedFault[] {
    return [...this.#armed];
  }

  inject(fault: string | Fault): ArmedFault {
    const wanted = typeof fault === 'string' ? parseFault(fault) : checkFault({ ...fault });
    const kind = kindOf(wanted.name);
    const settings: Fault = { ...kind.defaults, ...wanted };
    let hits = 0;
    let removed = false;
    const armed: ArmedFault = {
      fault: wanted,
      kind,
      settings,
      get hits() {
        return hits;
      },
      get live() {
        return !removed && hits < (settings.times ?? Infinity);
      },
      hit: () => {
        if (!armed.live) return false;
        hits += 1;
        return true;
      },
      remove: () => {
        if (removed) return;
        removed = true;
        this.#armed.splice(this.#armed.indexOf(armed), 1);
        this.#listeners.removed(armed);
      },
    };
    this.#listeners.injected(armed);
    this.#armed.push(armed);
    return armed;
  }

  clear(): void {
    for (const fault of this.injected) fault.remove();
  }
}
