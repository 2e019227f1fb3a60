import type { VAD } from '@livekit/agents';
import { ClientVad, type ClientVadHandlers } from './client-vad.ts';

/** The VAD that a stream's options ask for, if any, and another one when they change. */
export class ChosenVad {
  readonly #sampleRate: number;
  readonly #handlers: ClientVadHandlers;
  #model: VAD | undefined;
  #vad: ClientVad | undefined;

  constructor(sampleRate: number, handlers: ClientVadHandlers) {
    this.#sampleRate = sampleRate;
    this.#handlers = handlers;
  }

  get isThere(): boolean {
    return this.#vad !== undefined;
  }

  get isSpeaking(): boolean {
    return this.#vad?.isSpeaking === true;
  }

  choose(model: VAD | undefined): void {
    if (model === this.#model) return;
    this.#model = model;
    this.#vad?.close();
    this.#vad = model === undefined ? undefined : new ClientVad(model, this.#sampleRate, this.#handlers);
  }

  /** Hot. */
  push(bytes: Uint8Array): void {
    this.#vad?.push(bytes);
  }

  close(): void {
    this.#vad?.close();
  }
}
