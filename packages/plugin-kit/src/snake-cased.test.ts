import { expect, it } from 'vitest';
import { snakeCased } from './snake-cased.ts';

it('says options in the words of a wire, and only those that were named', () => {
  const options = { model: 'ears-2', mipOptOut: false, sampleRate: undefined, apiKey: 'k' };
  expect(snakeCased(options, ['model', 'mipOptOut', 'sampleRate'])).toEqual({
    model: 'ears-2',
    mip_opt_out: false,
    sample_rate: undefined,
  });
});
