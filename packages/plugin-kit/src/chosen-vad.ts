import type { VAD } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { ClientVad, type ClientVadHandlers } from './client-vad.ts';

/** What it heard; `gone`: it was taken away or failed, and will not tell the end of what it may have heard begin. */
export interface ChosenVadHandlers extends Pick<ClientVadHandlers, 'started' | 'stopped'> {
  gone(): void;
}

/** A change that can be made or not: nothing about it can go wrong any more. */
export interface Prepared {
  use(): void;
  drop(): void;
}

/** The VAD that a stream's options ask for, if any, and another one when they change. */
export class ChosenVad {
  readonly #sampleRate: number;
  readonly #handlers: ChosenVadHandlers;
  #model: VAD | undefined;
  #vad: ClientVad | undefined;
  #isClosed = false;

  constructor(sampleRate: number, handlers: ChosenVadHandlers) {
    this.#sampleRate = sampleRate;
    this.#handlers = handlers;
  }

  get isThere(): boolean {
    return this.#vad !== undefined;
  }

  get isSpeaking(): boolean {
    return this.#vad?.isSpeaking === true;
  }

  /**
   * Another one begins to listen when it is used, and `then` what goes with it is done. Throws a PatchbayError
   * `invalid-option` for one that cannot.
   */
  prepare(model: VAD | undefined, then: () => void = () => undefined): Prepared {
    if (model === this.#model || this.#isClosed) return { use: then, drop: () => undefined };
    const vad = model && this.#listening(model);
    return {
      use: () => {
        const before = this.#vad;
        this.#model = model;
        this.#vad = vad;
        before?.close();
        if (before?.isSpeaking === true) this.#handlers.gone();
        then();
      },
      drop: () => vad?.close(),
    };
  }

  /** Hot. */
  push(bytes: Uint8Array): void {
    this.#vad?.push(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#vad?.close();
  }

  #listening(model: VAD): ClientVad {
    const handlers = this.#handlers;
    try {
      return new ClientVad(model, this.#sampleRate, {
        started: (...heard) => handlers.started(...heard),
        stopped: (...heard) => handlers.stopped(...heard),
        failed: () => handlers.gone(),
      });
    } catch (cause) {
      throw new PatchbayError('invalid-option', 'vad must be one that can listen: its `stream()` failed', { cause });
    }
  }
}
