import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './service.ts';
import { secondOfFrames } from './sound.ts';
import { sampleRate } from './talker.ts';
import type { OpenTalker, Talker } from './talker.ts';

const frameMs = 10;
/** Frames of one session are 10 ms apart; half of the sessions speak in between. */
const tickMs = 5;
const bytesPerMs = (2 * sampleRate) / 1_000;
/** Sessions that are opened at once. */
const openAtOnce = 10;
/** Who keeps what was said for the next socket keeps no more than this. It is said at once, or each call would grow for as long. */
const saidBeforeSeconds = 16;

/** How calls went for a while. */
export interface Period {
  /** 99 of 100 frames were pushed no later than this, in milliseconds. */
  lateMs: number;
  /** Parts of the audio that came through, up to about 1. */
  said: number;
  heard: number;
  /** Parts of a core. */
  cpu: number;
  serverCpu: number;
}

/**
 * Calls in which both talk all the time, as fast as people do: frames of 10 ms go up, deltas of 100 ms come down. Each
 * has said something before.
 */
export class Calls {
  readonly #service: Service;
  readonly #open: OpenTalker;
  readonly #talkers: Talker[] = [];
  readonly #frame = secondOfFrames(frameMs)[0]!;
  #active = 0;
  #samples = 0;
  #late: number[] = [];
  #dueAt = performance.now();

  constructor(service: Service, open: OpenTalker) {
    this.#service = service;
    this.#open = open;
    this.#tick(0);
  }

  /** So many talk. Others are closed: one that falls silent in the middle of a reply loses it to a deadline, if it has any. */
  async become(count: number): Promise<void> {
    this.#active = Math.min(count, this.#talkers.length);
    await Promise.all(this.#talkers.splice(count).map((talker) => talker.close()));
    while (this.#talkers.length < count) {
      const missing = Math.min(openAtOnce, count - this.#talkers.length);
      const url = this.#service.url('echo');
      const heard = (samples: number): void => void (this.#samples += samples);
      const opened = await Promise.all(Array.from({ length: missing }, () => this.#open(url, heard)));
      for (const talker of opened) void talker.reply();
      await this.#begin(opened);
      this.#talkers.push(...opened);
      this.#active = this.#talkers.length;
    }
    // What the opening held up is not caught up with: it is no part of what is measured.
    this.#dueAt = performance.now();
  }

  async during(milliseconds: number): Promise<Period> {
    const before = await this.#service.counts();
    const cpuBefore = process.cpuUsage();
    const samplesBefore = this.#samples;
    const startedAt = performance.now();
    this.#late = [];
    await sleep(milliseconds);
    const { audioBytes, cpuMs } = await this.#service.counts();
    const { user, system } = process.cpuUsage(cpuBefore);
    const elapsedMs = performance.now() - startedAt;
    const dueBytes = this.#active * elapsedMs * bytesPerMs;
    const late = this.#late.sort((one, other) => one - other);
    return {
      lateMs: late[Math.floor(late.length * 0.99)] ?? Infinity,
      said: (audioBytes - before.audioBytes) / dueBytes,
      heard: (2 * (this.#samples - samplesBefore)) / dueBytes,
      cpu: (user + system) / 1_000 / elapsedMs,
      serverCpu: (cpuMs - before.cpuMs) / elapsedMs,
    };
  }

  async #begin(talkers: readonly Talker[]): Promise<void> {
    // The chunks of calls that began together would all be full at the same time.
    for (const [index, talker] of talkers.entries()) this.#say(talker, index);
    for (let second = 0; second < saidBeforeSeconds; second++) {
      for (const talker of talkers) this.#say(talker, 1_000 / frameMs);
      await sleep(1);
    }
  }

  #say(talker: Talker, frames: number): void {
    for (let count = 0; count < frames; count++) talker.push(this.#frame);
  }

  #tick(number: number): void {
    this.#dueAt += tickMs;
    setTimeout(
      () => {
        this.#late.push(performance.now() - this.#dueAt);
        for (let index = number % 2; index < this.#active; index += 2) this.#talkers[index]!.push(this.#frame);
        this.#tick(number + 1);
      },
      Math.max(0, this.#dueAt - performance.now()),
    );
  }
}
