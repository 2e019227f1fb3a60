import type { Subject } from '@patchbay/conformance';
import * as plugin from '@livekit/agents-plugin-openai';
import { openaiSubjects } from './openai-subjects.ts';

/** The classes that LiveKit's own plugin has. */
export const subjects: readonly Subject[] = openaiSubjects(plugin as never).filter(({ upstream }) => upstream);
