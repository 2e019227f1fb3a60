import type { Words } from './words.ts';

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

export const words: Same<Words<'alloy ash' | 'ballad'>, 'alloy' | 'ash' | 'ballad'> = true;
export const noMore: Same<Words<'alloy ash'>, string> = false;
