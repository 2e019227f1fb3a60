import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { guardedEmit } from './guarded-emit.ts';

describe('guardedEmit', () => {
  it('does not throw when nobody listens for an error', () => {
    expect(guardedEmit(new EventEmitter(), 'error', new Error('unheard'))).toBe(false);
  });

  it('delivers to those who do', () => {
    const emitter = new EventEmitter();
    const heard: unknown[] = [];
    emitter.on('error', (payload) => heard.push(payload));
    expect(guardedEmit(emitter, 'error', 42)).toBe(true);
    expect(heard).toEqual([42]);
  });

  it('survives a listener that throws', () => {
    const emitter = new EventEmitter();
    emitter.on('connection', () => {
      throw new Error('a mistake in user code');
    });
    expect(guardedEmit(emitter, 'connection', {})).toBe(true);
  });
});
