import type { Case } from '../../system.ts';
import type { LiteLLMWorld } from '../world.ts';
import { conversations } from './conversation.ts';

export const cases: readonly Case<LiteLLMWorld>[] = [...conversations];
