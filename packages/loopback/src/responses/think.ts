import { sleep } from '../clock.ts';
import type { Cloud, MindOutput, MindRequest, MindThought, MindWork, Turn } from '../cloud.ts';

/** What a mind says, at the cloud's pace; of what it does before it speaks, nothing. */
export async function* think(cloud: Cloud, request: MindRequest): AsyncGenerator<MindOutput, void, undefined> {
  for await (const output of thinkAloud(cloud, request)) {
    if (output.type === 'text' || output.type === 'call') yield output;
  }
}

/** The mind's reply at the cloud's pace: a wait before the first piece, a shorter one between the others. Ends early on abort. */
export async function* thinkAloud(
  cloud: Cloud,
  request: MindRequest,
): AsyncGenerator<MindOutput | MindThought | MindWork, void, undefined> {
  const { firstTokenMs, tokenMs } = cloud.pace;
  cloud.tell('mind', 'request-received', { model: request.model, text: lastText(request.turns) });
  await sleep(cloud.clock, firstTokenMs, request.signal);
  let pieces = 0;
  for await (const output of cloud.mind.reply(request)) {
    if (pieces > 0) await sleep(cloud.clock, tokenMs, request.signal);
    if (request.signal.aborted) break;
    if (pieces === 0) cloud.tell('mind', 'token-produced', { first: true });
    pieces += 1;
    yield output;
  }
  cloud.tell('mind', request.signal.aborted ? 'reply-aborted' : 'reply-finished', { pieces });
}

function lastText(turns: readonly Turn[]): string {
  return turns.at(-1)?.text ?? '';
}

/** Tokens of that many characters, as a bill might count them: four characters each, never none. */
export function countTokens(characters: number): number {
  return Math.max(1, Math.ceil(characters / 4));
}

/** Tokens of a conversation. */
export function countTurns(turns: readonly Turn[], instructions?: string): number {
  return turns.reduce(
    (sum, turn) => sum + countTokens(turn.text.length),
    instructions ? countTokens(instructions.length) : 0,
  );
}
