import { objectOf, parseObject, stringOf } from '../http/json.ts';

/** The model that a Live session asks for: it stands in the first event and nowhere else. */
export function liveModelOf(text: string): string | undefined {
  const event = parseObject(text);
  return event?.type === 'session.start' ? stringOf(objectOf(event.session).model) : undefined;
}

/** The first event of a Live session, with fields of its `session` replaced. */
export function withLiveSession(text: string, fields: Readonly<Record<string, unknown>>): string {
  const event = parseObject(text);
  return JSON.stringify({ ...event, session: { ...objectOf(event?.session), ...fields } });
}
