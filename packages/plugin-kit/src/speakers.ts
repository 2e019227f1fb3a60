import { LazyMap } from '@patchbay/ws-session';

/** How much each speaker has said, in whatever unit. */
export class Speakers {
  readonly #shares = new LazyMap<string, number>();

  add(speakerId: string, amount: number): void {
    this.#shares.set(speakerId, (this.#shares.get(speakerId) ?? 0) + amount);
  }

  /** Who said most; LiveKit has room for one speaker per transcript. */
  get most(): string | undefined {
    let most: [string, number] | undefined;
    for (const share of this.#shares) if (most === undefined || share[1] > most[1]) most = share;
    return most?.[0];
  }
}
