import { expect, it } from 'vitest';
import { figure, spreadText } from './figure.ts';
import { differenceOf, ratioOf, spreadOf } from './statistics.ts';

it('the middle of an even number of figures lies between two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 });
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  expect(() => spreadOf([])).toThrow('there are no figures');
});

it('ratios are taken round by round, so that a round that was slow for all does not count', () => {
  expect(ratioOf([2, 20, 2], [1, 10, 1])).toEqual({ min: 2, median: 2, max: 2 });
  expect(ratioOf([2, 20], [1])).toEqual({ min: 2, median: 2, max: 2 });
});

it('there is no ratio to nothing, nor of what fell', () => {
  expect(ratioOf([1], [0])).toBeUndefined();
  expect(ratioOf([2, 1], [1, -5])).toBeUndefined();
  expect(ratioOf([2, -1], [1, 5])).toBeUndefined();
  expect(ratioOf([0], [5])).toEqual({ min: 0, median: 0, max: 0 });
  expect(ratioOf([1], [])).toBeUndefined();
  expect(differenceOf([], [])).toBeUndefined();
});

it('differences are taken round by round too', () => {
  expect(differenceOf([5, 9], [1, 2])).toEqual({ min: 4, median: 5.5, max: 7 });
});

it('a figure has the three digits that count', () => {
  expect([0, 0.01234, 1.005, 12.345, 1234.5, -0.5].map(figure)).toEqual(['0', '0.0123', '1', '12.3', '1235', '-0.5']);
  expect(spreadText({ min: 1, median: 2, max: 3 })).toBe('2 (1–3)');
  expect(spreadText({ min: 2, median: 2, max: 2 })).toBe('2');
});
