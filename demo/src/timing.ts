import type { Conversation, Mark, Turn } from './record.ts';

/** One stretch of the silence between the caller's last word and the agent's first. */
export interface Wait {
  what: string;
  milliseconds: number;
}

export interface TurnTiming {
  turn: Turn;
  /** In order; they add up to `total`. */
  waits: Wait[];
  /** From the caller's last audible word to the agent's first sample, milliseconds. */
  total: number;
}

/** Names of the stretches, in the order in which they happen. */
export const stretches: Record<Conversation['mode'], readonly string[]> = {
  pipeline: ['turn noticed', 'transcript', 'tool', 'model', 'first sentence', 'speech', 'playout'],
  realtime: ['turn noticed', 'tool', 'model', 'playout'],
};

/** Where the wait went, for every turn that was answered. */
export function timings(conversation: Conversation): TurnTiming[] {
  return conversation.turns
    .filter((turn) => !Number.isNaN(turn.playedFrom))
    .map((turn) => {
      const waits: Wait[] = [];
      let reached = turn.saidTo;
      for (const [what, at] of moments(conversation, turn)) {
        if (at === undefined) continue;
        // Work that was done ahead of its turn took no time; a later moment cannot lie after the sound.
        const next = Math.min(Math.max(at, reached), turn.playedFrom);
        waits.push({ what, milliseconds: next - reached });
        reached = next;
      }
      return { turn, waits, total: turn.playedFrom - turn.saidTo };
    });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** When each stretch of this turn was over. */
function moments({ mode, marks }: Conversation, turn: Turn): [what: string, at: number | undefined][] {
  const within = (mark: Mark): boolean => mark.from >= turn.saidFrom && mark.from <= turn.playedFrom;
  const last = (lane: Mark['lane'], kind: Mark['kind']): Mark | undefined =>
    marks.filter((mark) => mark.lane === lane && mark.kind === kind && within(mark)).at(-1);
  const noticed = marks.find(
    ({ lane, to }) => lane === 'caller' && to !== undefined && to >= turn.saidTo - 200 && to <= turn.playedFrom,
  )?.to;
  if (mode === 'realtime') {
    return [
      ['turn noticed', noticed],
      ['tool', turn.tool?.to],
      ['model', last('model', 'wait')?.to],
      ['playout', turn.playedFrom],
    ];
  }
  const speech = last('speech', 'wait');
  return [
    ['turn noticed', noticed],
    ['transcript', marks.find((mark) => mark.lane === 'transcript' && mark.kind === 'final' && within(mark))?.from],
    ['tool', turn.tool?.to],
    ['model', last('model', 'wait')?.to],
    ['first sentence', speech?.from],
    ['speech', speech?.to],
    ['playout', turn.playedFrom],
  ];
}
