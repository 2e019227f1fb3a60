import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Conversations of loopback's with an honest client; `record.ts` makes them. */
export type Recording =
  | 'chat'
  | 'chat-text'
  | 'live'
  | 'realtime'
  | 'responses'
  | 'responses-http'
  | 'speech'
  | 'transcription'
  | 'transcription-diarized_json'
  | 'transcription-json'
  | 'transcription-verbose_json'
  | 'translation';

/** What one side said, in order. */
export function recordedFrames(name: Recording, from: 'client' | 'server'): string[] {
  const lines = readFileSync(join(import.meta.dirname, 'recorded', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line) as { from: string; data: string })
    .filter((line) => line.from === from)
    .map((line) => line.data);
}

/** What the events of a `text/event-stream` carried. */
export function recordedEvents(name: Recording): string[] {
  return recordedFrames(name, 'server').map((event) => /^data: (.*)$/m.exec(event)?.[1] ?? event);
}
