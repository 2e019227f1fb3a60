import type { Expectation, NotApplicable, Suite } from '../expectation.ts';
import { suiteOf, type Subject } from '../subject.ts';
import { llmHttp, llmSocket } from './llm.ts';
import { realtimeSocket } from './realtime.ts';
import { na, phraseRows } from './say.ts';
import { sttHttp, sttSocket } from './stt.ts';
import { ttsHttp, ttsSocket } from './tts.ts';

const suites: Readonly<Record<string, Suite>> = {
  'llm websocket': llmSocket,
  'llm http': llmHttp,
  'stt websocket': sttSocket,
  'stt http': sttHttp,
  'tts http': ttsHttp,
  'tts websocket': ttsSocket,
  'realtime websocket': realtimeSocket,
};

/** What takes a socket on which several turns go on at once. */
const several: ReadonlySet<string> = new Set(['turn-fails', 'cap-reached']);

/** What must come of a fault on a class. */
export function expectationFor(subject: Subject, row: string): Expectation | NotApplicable {
  const reason = subject.na?.[row];
  if (reason !== undefined) return na(reason);
  if (several.has(row) && subject.turnsPerSocket === undefined) return na('a socket makes one turn at a time, if any');
  if (isLive(subject) && phraseRows.includes(row))
    return na(
      'on a live line the present is what counts, and no transcript tells what was heard: the soak counts that',
    );
  const name = `${suiteOf[subject.kind]} ${subject.transport}`;
  const expected = suites[name]?.[row];
  if (!expected) throw new Error(`the suite '${name}' says nothing of '${row}'`);
  const special = subject.differs?.[row];
  return special === undefined || 'na' in expected ? expected : { ...expected, ...special };
}

/** What was said on a lost line is not said again. */
function isLive({ kind }: Subject): boolean {
  return kind === 'duplex' || kind === 'interpreter';
}
