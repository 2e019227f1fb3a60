import type { Subject } from '@patchbay/conformance';
import * as plugin from '../../index.ts';
import { openaiSubjects } from './openai-subjects.ts';

/** Every class of this plugin. */
export const subjects: readonly Subject[] = openaiSubjects(plugin);
