import fc from 'fast-check';
import { oddNames } from './json.ts';

/** Drawn at once: drawing one by one costs more than what is drawn. */
const batch = 250;

/** Frames that owe nothing to any recording, but for the names that these use. */
export class Arbitraries {
  readonly #arbitrary: fc.Arbitrary<string | Buffer>;
  #seed: number;
  #drawn: (string | Buffer)[] = [];

  constructor(seed: number, recorded: readonly string[]) {
    this.#seed = seed;
    this.#arbitrary = frames(namesIn(recorded));
  }

  next(): string | Buffer {
    if (this.#drawn.length === 0) {
      this.#drawn = fc.sample(this.#arbitrary, { numRuns: batch, seed: this.#seed++ });
    }
    return this.#drawn.pop() as string | Buffer;
  }
}

/** Any UTF-16 unit, half of a pair too. */
const anyUnit = fc.integer({ max: 0xffff, min: 0 }).map((code) => String.fromCharCode(code));

function frames({ types, members }: Vocabulary): fc.Arbitrary<string | Buffer> {
  const name = fc.constantFrom(...members, ...oddNames);
  const value = fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(...types),
    fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 }),
  );
  const event = fc
    .tuple(fc.constantFrom(...types), fc.dictionary(name, value, { maxKeys: 6 }))
    .map(([type, rest]) => JSON.stringify({ ...rest, type }));
  return fc.oneof(
    { weight: 6, arbitrary: event },
    { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.string({ unit: anyUnit, maxLength: 60 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
  );
}

interface Vocabulary {
  types: string[];
  members: string[];
}

function namesIn(recorded: readonly string[]): Vocabulary {
  const types = new Set(['error']);
  const members = new Set(['type', 'id']);
  for (const text of recorded) {
    try {
      JSON.parse(text, (name, value: unknown) => {
        if (name !== '' && !/^\d+$/.test(name)) members.add(name);
        if (name === 'type' && typeof value === 'string') types.add(value);
        return value;
      });
    } catch {
      // Audio, or an answer that is no JSON.
    }
  }
  return { types: [...types], members: [...members] };
}
