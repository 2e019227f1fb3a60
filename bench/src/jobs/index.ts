import type { Job } from '../job.ts';
import { firstSound } from './first-sound/job.ts';
import { firstToken } from './first-token/job.ts';
import { responses } from './responses/job.ts';
import { speechToText } from './speech-to-text/job.ts';

/** Everything that is measured, in the order of the page. */
export const jobs: readonly Job[] = [responses, firstToken, speechToText, firstSound];
