import type { Job } from '../job.ts';
import { duplex } from './duplex/job.ts';
import { firstSound } from './first-sound/job.ts';
import { firstToken } from './first-token/job.ts';
import { heapGrowth } from './heap-growth/job.ts';
import { heapIdle } from './heap-idle/job.ts';
import { installed } from './installed/job.ts';
import { interruptions } from './interruptions/job.ts';
import { realtimeInput } from './realtime-input/job.ts';
import { realtimeOutput } from './realtime-output/job.ts';
import { responses } from './responses/job.ts';
import { scaling } from './scaling/job.ts';
import { speechToText } from './speech-to-text/job.ts';

/** Everything that is measured, in the order of the page. */
export const jobs: readonly Job[] = [
  responses,
  firstToken,
  interruptions,
  speechToText,
  firstSound,
  realtimeInput,
  realtimeOutput,
  duplex,
  scaling,
  heapIdle,
  heapGrowth,
  installed,
];
