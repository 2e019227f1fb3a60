import type { Check } from '../checks.ts';
import { words, type Turn } from '../record.ts';
import { lostOf, type Ordeal } from './attack.ts';

/** What each model told, in its order. Which of two dials that go on side by side ends first is nobody's promise. */
export function byTeller(told: readonly string[]): string[] {
  const tellerOf = (line: string): string => line.slice(0, line.indexOf(':'));
  return [...told].sort((one, other) => tellerOf(one).localeCompare(tellerOf(other)));
}

/** What must hold of a turn in which something went wrong: it did, it was told, and what the caller lost is known. */
export function checkOrdeal(turn: Turn, ordeal: Ordeal): Check[] {
  const { title, hits, told, expected } = ordeal;
  const happened = hits.length > 0 && hits.every((count) => count > 0);
  const isTold = byTeller(told).join() === byTeller(expected).join();
  const list = (lines: readonly string[]): string => (lines.length === 0 ? 'nothing' : lines.join('; '));
  return [
    { ok: happened, text: happened ? `It happened that ${title}` : `It was to happen that ${title}, and did not` },
    {
      ok: isTold,
      text: isTold
        ? `Of this was told: ${list(told)}`
        : `That ${title} was not told as it should: ${list(told)}, in place of ${list(expected)}`,
    },
    ordeal.cuts ? checkLoss(turn, ordeal) : checkAnswer(turn, ordeal),
  ];
}

function checkLoss({ said, heard = '' }: Turn, ordeal: Ordeal): Check {
  const lost = lostOf(ordeal, words(heard));
  const ok = heard !== '' && lost !== '' && lost !== ordeal.answer;
  return {
    ok,
    text: ok
      ? `Of the answer to "${said}" the caller lost "${lost}", and nothing else of the conversation`
      : `The answer to "${said}" was to be cut, "${ordeal.answer}"; the caller heard "${words(heard)}"`,
  };
}

/** Nothing is missing, and nothing comes twice; an answer that the caller cut off begins as it should. */
function checkAnswer({ said, heard = '', interrupted }: Turn, { answer }: Ordeal): Check {
  const text = words(heard);
  const ok = text !== '' && (interrupted ? answer.startsWith(text) : answer === text);
  return {
    ok,
    text: ok
      ? `The caller was answered "${said}" as if nothing had happened`
      : `To "${said}" the answer is "${answer}"; the caller heard "${text}"`,
  };
}
