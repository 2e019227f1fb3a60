import type { Speech } from '@patchbay/plugin-kit';
import { beginsWord, saidBy, type Token } from './tokens.ts';

/** Our name for a voice: Soniox has none. */
const voice = 'voice';

/** An utterance that nothing ends is told in parts, between two words. Two minutes or so. */
const mostTokens = 500;

/** Where no word ever seems to begin: scripts without spaces that we do not know. */
const mostTokensOfAWord = 500;

/** What a stream costs is told this often at least, in milliseconds of its audio. */
const reportMs = 10_000;

/**
 * What is being said, on one socket: tokens that are final come once, the others again and again until they are. Told as
 * interim transcripts, and as a final one when it ends.
 */
export class Utterance {
  readonly #speech: Speech;
  #number = 1;
  #id = 'utterance-1';
  #final: Token[] = [];
  #rest: readonly Token[] = [];
  /** The final tokens that came last, for a message that comes twice. */
  #latest = '';
  #told = '';
  #processedMs = 0;
  #reportedMs = 0;

  constructor(speech: Speech) {
    this.#speech = speech;
  }

  /** `false`: these were told before. */
  isNews(tokens: readonly Token[], processedMs: number): boolean {
    if (tokens.length === 0) return true;
    // A translation has no times: how much was heard by then tells two of the same apart.
    const key = [processedMs, ...tokens.map(({ text, startMs }) => `${startMs} ${text}`)].join();
    const isNews = key !== this.#latest;
    this.#latest = key;
    return isNews;
  }

  add(token: Token): void {
    const { length } = this.#final;
    const isLong = length >= mostTokens && beginsWord(token);
    if (isLong || length >= mostTokens + mostTokensOfAWord) this.#tell(this.#final);
    this.#final.push(token);
  }

  /** What is not final, as it is now; what was final before is told with it. */
  continues(rest: readonly Token[]): void {
    this.#rest = rest;
    const tokens = this.#final.length === 0 ? rest : [...this.#final, ...rest];
    if (tokens.every((token) => token.text.trim() === '')) return;
    const { text, details } = saidBy(tokens);
    this.#speech.started(voice, details.startMs);
    // Told again and again while nothing changes.
    const told = `${rest.length === 0} ${text}`;
    if (text === '' || told === this.#told) return;
    this.#told = told;
    if (rest.length === 0) this.#speech.preflight(this.#id, text, details);
    else this.#speech.interim(this.#id, text, details);
  }

  /** It is over. `atMs`: where that was known. */
  ends(atMs: number | undefined): void {
    this.#report(0);
    const endMs = this.#tell(this.#final, atMs);
    this.#speech.ended(voice, endMs);
  }

  /** The socket is gone. What is final is told, up to the last word that is complete, and translated; the rest is said again. */
  breaksOff(): void {
    this.#report(0);
    const complete = this.#final.slice(0, this.#completeCount());
    if (complete.length > 0) this.#tell(complete);
  }

  #completeCount(): number {
    const tokens = this.#final;
    // The translation of the last stretch is still to come, or nobody knows whether all of it has.
    const stretch = tokens.findLastIndex(
      ({ status }, at) => status === 'original' && tokens[at - 1]?.status !== 'original',
    );
    if (stretch !== -1) return stretch;
    const next = this.#rest[0];
    if (next === undefined || beginsWord(next)) return tokens.length;
    return Math.max(0, tokens.findLastIndex(beginsWord));
  }

  /** So much audio has been heard. */
  heard(processedMs: number): void {
    this.#processedMs = Math.max(this.#processedMs, processedMs);
    this.#report(reportMs);
  }

  #tell(tokens: readonly Token[], atMs?: number): number | undefined {
    const { text, details } = saidBy(tokens);
    const endMs = details.endMs ?? atMs;
    this.#speech.final(this.#id, text, { ...details, endMs });
    this.#id = `utterance-${++this.#number}`;
    this.#final = [];
    this.#told = '';
    return endMs;
  }

  #report(leastMs: number): void {
    const audioMs = this.#processedMs - this.#reportedMs;
    if (audioMs <= leastMs) return;
    this.#reportedMs = this.#processedMs;
    this.#speech.usage('', { audioMs, requestId: this.#id });
  }
}
