import type { ListenV1Response } from '@deepgram/sdk';
import type { Prerecorded } from './prerecorded.ts';

/** The answer is that of the official SDK: it does not compile otherwise. */
export const asSdkResponse = (response: Prerecorded): ListenV1Response => response;
