import type { Case } from '../../system.ts';
import type { LiteLLMWorld } from '../world.ts';
import { conversations, restarts } from './conversation.ts';
import { transcriptions } from './transcription.ts';
import { upstream } from './upstream.ts';

export const cases: readonly Case<LiteLLMWorld>[] = [...conversations, ...transcriptions, ...upstream, ...restarts];
