import { llm } from '@livekit/agents';
import type { Subject, Where } from '../subject.ts';

/** What a model should never do. */
type Crime = 'crash' | 'print' | 'hold' | 'stand still' | 'hang';

class Criminal extends llm.LLM {
  readonly held: string;
  readonly #crime: Crime;
  readonly #where: Where;

  constructor(crime: Crime, where: Where) {
    super();
    this.#crime = crime;
    this.#where = where;
    this.held = crime === 'hold' ? where.headers['x-gateway-key']! : '';
  }

  override label(): string {
    return 'test.LLM';
  }

  override chat(): llm.LLMStream {
    if (this.#crime === 'crash') setImmediate(() => process.exit(7));
    if (this.#crime === 'print') process.stderr.write(`debug: ${this.#where.apiKey}\n`);
    if (this.#crime === 'hang') return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }), close() {} } as never;
    return (async function* () {})() as never;
  }

  override async aclose(): Promise<void> {}
}

const points = { begun: [1], output: [2], last: [3] };

/** Models that are caught. */
export const subjects: readonly Subject[] = (['crash', 'print', 'hold', 'hang'] as const).map((crime) => ({
  name: crime,
  kind: 'llm',
  transport: 'websocket',
  points,
  create: (where) => new Criminal(crime, where),
}));
