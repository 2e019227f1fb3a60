/**
 * The wire types of OpenAI's Realtime API, under the names that LiveKit's OpenAI plugin exports.
 * Source: https://developers.openai.com/api/reference/resources/realtime (GA), with the names of the preview API that
 * Azure still speaks.
 */
import { openaiEndpoints } from '@patchbay/ws-url';

export type * from './api-proto-client.ts';
export type * from './api-proto-items.ts';
export type * from './api-proto-server.ts';
export type * from './api-proto-session.ts';

/** Hz of the PCM in both directions. */
export const SAMPLE_RATE = 24_000;
export const NUM_CHANNELS = 1;
/** Samples of one audio message to the service: 100 ms. */
export const IN_FRAME_SIZE = 2_400;
/** Samples: 50 ms. */
export const OUT_FRAME_SIZE = 1_200;
export const BASE_URL: string = openaiEndpoints.conversation.base;
