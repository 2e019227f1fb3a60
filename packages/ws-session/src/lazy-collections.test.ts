import { describe, expect, it } from 'vitest';
import { LazyMap, LazySet } from './lazy-collections.ts';

describe('a map that may never be needed', () => {
  it('is empty like any other', () => {
    const map = new LazyMap<string, number>();
    expect([map.size, map.get('a'), map.has('a'), map.delete('a')]).toEqual([0, undefined, false, false]);
    expect([[...map], [...map.keys()], [...map.values()]]).toEqual([[], [], []]);
    map.clear();
  });

  it('holds what it is given, in order, and is empty again when that is gone', () => {
    const map = new LazyMap<string, number>().set('a', 1).set('b', 2).set('a', 3);
    expect([...map]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect([[...map.keys()], [...map.values()], map.size]).toEqual([['a', 'b'], [3, 2], 2]);
    expect([map.delete('a'), map.delete('a'), map.delete('b'), map.size]).toEqual([true, false, true, 0]);
    expect([...map.set('c', 4)]).toEqual([['c', 4]]);
  });

  it('may be emptied while somebody goes through it', () => {
    const map = new LazyMap<string, number>().set('a', 1).set('b', 2);
    const seen: string[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.delete(key);
    }
    expect(seen).toEqual(['a', 'b']);
    map.set('a', 1).set('b', 2);
    for (const [key] of map) {
      seen.push(key);
      map.clear();
    }
    expect(seen).toEqual(['a', 'b', 'a']);
  });
});

describe('a set that may never be needed', () => {
  it('is empty like any other', () => {
    const set = new LazySet<string>();
    expect([set.size, set.has('a'), set.delete('a'), [...set], [...set.keys()]]).toEqual([0, false, false, [], []]);
    set.clear();
  });

  it('holds what it is given, in order, and is empty again when that is gone', () => {
    const set = new LazySet<string>().add('a').add('b').add('a');
    expect([[...set], set.size, set.has('b')]).toEqual([['a', 'b'], 2, true]);
    expect([set.delete('a'), set.delete('b'), set.delete('b'), set.size]).toEqual([true, true, false, 0]);
    expect([...set.add('c').keys()]).toEqual(['c']);
  });
});
