import { queryObjects } from 'node:v8';
import type { Speech } from '@patchbay/plugin-kit';
import { describe, expect, it } from 'vitest';
import type { Token } from './tokens.ts';
import { Utterance } from './utterance.ts';

/** Can be counted. */
class Said implements Token {
  readonly isFinal = true;
  readonly confidence = 1;
  readonly speaker = '';
  readonly language = 'en';
  readonly status = '';
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;

  constructor(text: string, startMs: number) {
    this.text = text;
    this.startMs = startMs;
    this.endMs = startMs + 10;
  }
}

/** What it tells as final, by its length in words. */
function telling(): { utterance: Utterance; finals: number[] } {
  const finals: number[] = [];
  const silent = (): void => {};
  const speech = {
    ...{ started: silent, interim: silent, preflight: silent, ended: silent, usage: silent },
    final: (_id: string, text: string) => void finals.push(text.trim().split(' ').length),
  };
  return { utterance: new Utterance(speech as unknown as Speech), finals };
}

describe('an utterance', () => {
  it('that nothing ends is told in parts of 500 tokens', () => {
    const { utterance, finals } = telling();
    for (let token = 0; token < 1_200; token++) {
      utterance.add(new Said(' word', 10 * token));
      utterance.continues([new Said(' next', 10 * token + 10)]);
    }
    expect(finals).toEqual([500, 500]);
  });

  it('that nothing ends is told in parts although every token of it is final at once', () => {
    const { utterance, finals } = telling();
    for (let token = 0; token < 1_200; token++) {
      utterance.add(new Said(' word', 10 * token));
      utterance.continues([]);
    }
    expect(finals).toEqual([500, 500]);
  });

  it('is told whole words where it is told in parts', () => {
    const { utterance, finals } = telling();
    for (let token = 0; token < 750; token++) utterance.add(new Said(token % 3 === 0 ? ' sta' : 'tion', 10 * token));
    expect(finals).toEqual([167]);
  });

  it('in which no word ever seems to begin is told in parts all the same', () => {
    const { utterance, finals } = telling();
    for (let token = 0; token < 2_500; token++) {
      utterance.add(new Said('က', 10 * token));
      utterance.continues([]);
    }
    expect(finals).toEqual([1, 1]);
  });

  it('keeps no token of what it has told', () => {
    const { utterance } = telling();
    for (let turn = 0; turn < 100; turn++) {
      for (let token = 0; token < 20; token++) utterance.add(new Said(' word', 10 * token));
      utterance.continues([]);
      utterance.ends(undefined);
    }
    expect(queryObjects(Said, { format: 'count' })).toBe(0);
    utterance.heard(1);
  });
});
