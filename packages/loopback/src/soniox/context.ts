import type { Cloud } from '../cloud.ts';
import type { Account } from './account.ts';
import type { Keys } from './keys.ts';

/** What every part of Soniox is given. */
export interface SonioxContext {
  cloud: Cloud;
  keys: Keys;
  account: Account;
}
