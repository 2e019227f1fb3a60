import type { Case } from '../../system.ts';
import type { LiteLLMWorld } from '../world.ts';
import { conversations, restarts } from './conversation.ts';
import { deepgrams } from './deepgram.ts';
import { requestings } from './requests.ts';
import { respondings } from './responses.ts';
import { traits } from './traits.ts';
import { transcriptions } from './transcription.ts';
import { upstream } from './upstream.ts';

/** Asked of the real proxy and of loopback's imitation alike. The last one stops a proxy. */
export const cases: readonly Case<LiteLLMWorld>[] = [
  ...conversations,
  ...transcriptions,
  ...respondings,
  ...requestings,
  ...deepgrams,
  ...upstream,
  ...traits,
  ...restarts,
];

/** What the way this proxy behaves asks of a client, and the cases that show it. */
export const demands: Readonly<Record<string, readonly string[]>> = {
  '1 a conversation’s URL names the model once, as the deployment has it, and nothing sends the Beta header': [
    'conversation',
  ],
  '2 a transcription’s URL has its intent and no model; with one, 4000 is final': [
    'transcription-alias',
    'transcription-model-in-url',
  ],
  '3 an alias that is missing is a typed error and no loop': ['transcription-no-alias'],
  '4 a 403 is final': [
    'conversation-wrong-key',
    'transcription-wrong-key',
    'responses-wrong-key',
    'deepgram-wrong-key',
  ],
  '5 1008 is final, 1012 and 1013 pass, 1011 is tried a few times and is final for an unknown model': [
    'conversation-upstream-401',
    'conversation-proxy-stopped',
    'conversation-upstream-429',
    'conversation-upstream-500',
    'conversation-unknown-alias',
  ],
  '6 an error may have no code': ['conversation-unknown-alias'],
  '7 an upgrade that the provider never answers is bounded by a timeout of ours': [
    'conversation-upstream-hangs',
    'transcription-upstream-hangs',
  ],
  '8 a response that nobody asked for is tolerated': ['conversation-unasked-response'],
  '9 a Responses socket that was silent for 30 s fails no turn': ['responses-first-frame'],
  '10 a provider that is gone, in a turn or between turns, is a timeout, a new socket and another try': [
    'responses-upstream-1006',
    'responses-upstream-1000',
    'responses-upstream-4000',
    'responses-lost-between-turns',
  ],
  '11 ids go up as they came down, and those of HTTP not on a socket': ['responses', 'responses-ids-of-requests'],
  '12 another model is another socket': ['responses-other-model'],
  '13 after an interruption the next turn is answered': ['responses-interrupted'],
  '14 audio is text, in frames below 16 MiB': ['conversation-text-frames'],
  '15 the first byte of speech may be late': ['speech-late'],
  '16 a proxy that is stopped is reconnected to': ['conversation-proxy-stopped'],
};
