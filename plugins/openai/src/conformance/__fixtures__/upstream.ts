import type { Subject } from '@patchbay/conformance';
import * as plugin from '@livekit/agents-plugin-openai';
import { openaiSubjects } from './openai-subjects.ts';

/**
 * The classes that LiveKit's own plugin has. Its transcription names the model in the URL, which the service refuses
 * (livekit/agents-js#1756) and Speaches wants.
 */
export const subjects: readonly Subject[] = openaiSubjects(plugin as never)
  .filter(({ upstream }) => upstream)
  .map((subject) => {
    if (subject.kind === 'stt') return { ...subject, gateway: 'speaches' };
    // Its speech comes as bytes, which have no types.
    if (subject.kind === 'tts') return { ...subject, points: { begun: [0], output: [2], last: [2] } };
    return subject;
  });
