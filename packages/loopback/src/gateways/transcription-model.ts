import { objectOf, parseObject, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** Rewrites the transcription model of a `session.update`; any other frame comes back as it is. */
export function mapTranscriptionModel(text: string, map: (model: string | undefined) => string | undefined): string {
  const event = parseObject(text);
  if (event?.type !== 'session.update') return text;
  const session = objectOf(event.session);
  return JSON.stringify({ ...event, session: withTranscriptionModel(session, map) });
}

/** The same for a session. */
export function withTranscriptionModel(
  session: JsonObject,
  map: (model: string | undefined) => string | undefined,
): JsonObject {
  const audio = objectOf(session.audio);
  const input = objectOf(audio.input);
  const transcription = objectOf(input.transcription);
  const model = map(stringOf(transcription.model));
  return { ...session, audio: { ...audio, input: { ...input, transcription: { ...transcription, model } } } };
}
