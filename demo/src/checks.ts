import { checkOrdeal } from './fire/checks.ts';
import { words, type Conversation, type Turn } from './record.ts';

export interface Check {
  ok: boolean;
  /** What was looked at, and if it failed what was found. */
  text: string;
}

/** How far the cut that the service was told may lie from the cut that was heard, milliseconds: both count the same samples. */
const truncationTolerance = 20;

/** Everything that must hold for the conversation to count as one. */
export function check(conversation: Conversation, expected: { tools: readonly string[]; exact: boolean }): Check[] {
  return [
    ...conversation.turns.flatMap((turn) => (expected.exact ? checkExactly(conversation, turn) : checkLoosely(turn))),
    ...checkTools(conversation, expected.tools),
  ];
}

/** The voice can be read back: every word counts. */
function checkExactly({ mode }: Conversation, turn: Turn): Check[] {
  const ordeal = turn.ordeal ? checkOrdeal(turn, turn.ordeal) : [];
  const checks = [...ordeal, same(`The agent understood "${turn.said}"`, turn.said, turn.understood)];
  if (turn.ordeal?.cuts === true) return checks;
  if (!turn.interrupted)
    return [
      ...checks,
      same(`The caller heard the whole answer to "${turn.said}"`, turn.wrote, turn.heard ?? ''),
      ...checkSamples(turn),
    ];
  return [...checks, ...checkCut(turn), ...(mode === 'realtime' ? [checkTruncation(turn)] : [])];
}

/** The carrier mends the loss of a single frame; this does not. */
function checkSamples({ said, samples }: Turn): Check[] {
  if (!samples) return [];
  const ok = samples.sent > 0 && samples.sent === samples.received;
  const text = ok
    ? `Every sample of the answer to "${said}" arrived`
    : `Of the answer to "${said}", ${samples.sent} samples were sent and ${samples.received} arrived`;
  return [{ ok, text }];
}

/** What was heard of a reply that was cut off, and what the agent remembers of it. */
function checkCut(turn: Turn): Check[] {
  const wrote = words(turn.wrote);
  const heard = words(turn.heard ?? '');
  const strict = heard !== '' && heard !== wrote && isPrefix(heard, wrote);
  return [
    {
      ok: strict,
      text: strict
        ? `The caller heard the beginning of the answer he cut off`
        : `Of the answer that was cut off, not its beginning was heard: wrote "${wrote}", heard "${heard}"`,
    },
    same('The agent remembers of it what was heard, no more', heard, turn.remembered),
  ];
}

/** Speech-to-speech: the service was told where the caller stopped listening. */
function checkTruncation({ truncation, heard = '', playedMs }: Turn): Check {
  if (!truncation) return { ok: false, text: 'The service was never told to truncate the answer that was cut off' };
  const apart = Math.abs(truncation.audioEndMs - playedMs);
  const [kept, known] = [words(truncation.text ?? ''), words(heard)];
  const agrees = apart <= truncationTolerance && (isPrefix(kept, known) || isPrefix(known, kept));
  return {
    ok: agrees,
    text: agrees
      ? `The service was told to truncate it where it was cut, at ${truncation.audioEndMs} ms`
      : `The service was told to truncate at ${truncation.audioEndMs} ms ("${kept}"), but the caller heard ${Math.round(playedMs)} ms ("${known}")`,
  };
}

/** Real models choose their own words, and no one can read a real voice back. */
function checkLoosely(turn: Turn): Check[] {
  return [
    { ok: turn.understood !== '', text: `The agent understood something for "${turn.said}": "${turn.understood}"` },
    { ok: !Number.isNaN(turn.playedFrom), text: `The caller heard an answer to "${turn.said}"` },
  ];
}

function checkTools({ turns }: Conversation, expected: readonly string[]): Check[] {
  const called = turns.flatMap(({ tool }) => (tool ? [tool.name] : []));
  return expected.map((name) => ({
    ok: called.includes(name),
    text: `The agent called ${name}${called.includes(name) ? '' : ': no'}`,
  }));
}

function same(what: string, said: string, arrived: string): Check {
  const ok = words(said) === words(arrived) && words(said) !== '';
  return { ok, text: ok ? what : `${what}: no. Said "${words(said)}", arrived "${words(arrived)}"` };
}

/** Word by word, so that half a word is no agreement. */
function isPrefix(part: string, whole: string): boolean {
  const [few, all] = [part.split(' '), whole.split(' ')];
  return part === '' || few.every((word, index) => word === all[index]);
}
