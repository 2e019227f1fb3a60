import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import { folderOf } from '../folder.ts';
import { environmentOf } from '../process/environment.ts';
import type { Stage } from '../stage.ts';
import type { CallerNews, CallerOrder, CallerSettings } from './caller-messages.ts';
import { nodeFlags } from './node-flags.ts';
import type { Access } from './server.ts';

/** What has not come by then never will: a wall for slow machines. Milliseconds. */
const patienceMs = 60_000;
/** So much silence after a sound is an agent that has finished; so much instead of any is one that has nothing to say. Milliseconds. */
const finishedMs = 1_500;
const speechlessMs = 8_000;

/** Somebody who calls, from the outside: a process that speaks and listens over WebRTC. */
export class Caller {
  readonly room: string;
  /** Agents that have come, in order, and those that are there. */
  readonly came: string[] = [];
  readonly present = new Set<string>();
  readonly #child: ChildProcess;
  readonly #told = new Map<CallerNews['is'], number>();
  /** Since the caller began to speak last. */
  #heard = '';
  #understood: string[] = [];
  /** When the agent became silent; `undefined` while it can be heard. */
  #quietSince: number | undefined = 0;
  #failure: string | undefined;

  private constructor(room: string, child: ChildProcess) {
    this.room = room;
    this.#child = child;
    child.on('message', (news: CallerNews) => this.#learn(news));
    child.once('exit', () => (this.#failure ??= 'the process of the caller has ended'));
    child.once('error', ({ message }) => (this.#failure ??= message));
  }

  /** Joins a room, which need not have an agent yet. */
  static async join(stage: Stage, access: Access, room: string): Promise<Caller> {
    const identity = `caller-${room}`;
    const token = new AccessToken(access.LIVEKIT_API_KEY, access.LIVEKIT_API_SECRET, { identity });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true });
    const settings: CallerSettings = { url: access.LIVEKIT_URL, token: await token.toJwt() };
    const log = openSync(join(folderOf('logs'), `${stage.name}-${identity}.log`), 'w');
    const child = fork(join(import.meta.dirname, 'caller-process.ts'), [JSON.stringify(settings)], {
      execArgv: [...nodeFlags],
      // The engine writes all that it does to standard output otherwise.
      env: environmentOf({ NODE_ENV: 'production' }),
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    const caller = new Caller(room, child);
    stage.atEnd(() => caller.#end());
    await caller.#until('join', () => caller.#count('joined') > 0);
    return caller;
  }

  /** Resolves when the last word has been spoken. What was heard before is forgotten. */
  async say(text: string): Promise<void> {
    const before = this.#count('said');
    this.#heard = '';
    this.#understood = [];
    this.#child.send({ say: text } satisfies CallerOrder);
    await this.#until(`say “${text}”`, () => this.#count('said') > before);
  }

  /** What has been heard since the caller began to speak, or since this was asked. */
  takeHeard(): string {
    const heard = words(this.#heard);
    this.#heard = '';
    return heard;
  }

  /** What the agents have told the room, since the caller began to speak, that they understood. */
  get understood(): string {
    return words(this.#understood.join(' '));
  }

  /** Resolves when the agent has said these words, or has said something else, or has nothing to say: to all that was heard. */
  async listens(expected: string): Promise<string> {
    const [sounds, beganMs] = [this.#count('sounding'), performance.now()];
    await this.#until('listen to the end', () => {
      if (this.#quietSince === undefined) return false;
      if (words(this.#heard) === expected) return true;
      if (this.#count('sounding') === sounds) return performance.now() - beganMs > speechlessMs;
      return performance.now() - this.#quietSince > finishedMs;
    });
    return this.takeHeard();
  }

  /** Resolves to whether the agent begins to speak, and words of it have been heard, before it has finished. */
  async hearsWords(): Promise<boolean> {
    const [quiets, beganMs] = [this.#count('quiet'), performance.now()];
    const isTooLate = (): boolean => this.#count('quiet') > quiets || performance.now() - beganMs > speechlessMs;
    await this.#until('hear a word', () => words(this.#heard) !== '' || isTooLate());
    return words(this.#heard) !== '';
  }

  /** Resolves when nobody has been speaking for a while. */
  async waits(): Promise<void> {
    const isOver = (): boolean => this.#quietSince !== undefined && performance.now() - this.#quietSince > finishedMs;
    await this.#until('wait until the agent has finished', isOver);
  }

  /** Resolves when so many agents have come. */
  async meets(count: number): Promise<void> {
    await this.#until(`meet agent number ${count}`, () => this.came.length >= count);
  }

  /** Resolves when the agent that was there has left. */
  async isLeft(): Promise<void> {
    await this.#until('be left alone', () => this.came.length > 0 && this.present.size === 0);
  }

  /** However the call went. */
  async hangUp(): Promise<void> {
    if (!this.#child.connected) return;
    this.#child.send({ hangUp: true } satisfies CallerOrder);
    await this.#until('hang up', () => this.#count('hung-up') > 0).finally(() => this.#end());
  }

  #count(news: CallerNews['is']): number {
    return this.#told.get(news) ?? 0;
  }

  #learn(news: CallerNews): void {
    this.#told.set(news.is, this.#count(news.is) + 1);
    if (news.is === 'came') {
      this.came.push(news.identity);
      this.present.add(news.identity);
    }
    if (news.is === 'left') this.present.delete(news.identity);
    if (news.is === 'sounding') this.#quietSince = undefined;
    if (news.is === 'quiet') this.#quietSince = performance.now();
    if (news.is === 'heard') this.#heard += news.text;
    if (news.is === 'understood') this.#understood.push(news.text);
    if (news.is === 'failed') this.#failure ??= news.why;
  }

  async #until(what: string, isReached: () => boolean): Promise<void> {
    const lastMs = performance.now() + patienceMs;
    while (!isReached()) {
      const why = this.#failure ?? (performance.now() > lastMs ? `not within ${patienceMs / 1000} seconds` : undefined);
      if (why !== undefined) throw new Error(`The caller could not ${what}: ${why}`);
      await sleep(20);
    }
  }

  async #end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** For comparing what was said with what was heard: spaces do not matter. */
export function words(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
