import type { RealtimeResult, RealtimeToken } from '@soniox/node';
import type { Token, TranscribeResult } from './events.ts';

/** Everything this service sends is what the official SDK hands on: it does not compile otherwise. */
export const asSdkToken = (token: Token): RealtimeToken => token;
export const asSdkResult = (result: TranscribeResult): RealtimeResult => result;
