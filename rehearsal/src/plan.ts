export type Scale = 'whole' | 'reduced' | 'full';
export type Manager = 'npm' | 'pnpm';
/** A major version of Node, or Bun. */
export type Runtime = '20' | '22' | '24' | '26' | 'bun';

export type Consumer =
  | { kind: 'program'; file: 'consumer.mjs' | 'consumer.cjs'; title: string }
  | { kind: 'types'; typescript: TypeScript; resolution: Resolution; file: TypedFile; types: boolean; title: string };

export type TypeScript = '5.9' | '6' | '7';
export type Resolution = 'nodenext' | 'bundler';
export type TypedFile = 'typed.mts' | 'typed.cts';

/** One consumer, installed by one package manager, on one runtime. */
export interface Cell {
  manager: Manager;
  consumer: Consumer;
  runtime: Runtime;
}

const esm: Consumer = { kind: 'program', file: 'consumer.mjs', title: 'ES module' };
const commonJS: Consumer = { kind: 'program', file: 'consumer.cjs', title: 'CommonJS' };

/** A program of the compiler. Without `types` those of `ws` and of JSON Schema are not installed. */
function typed(typescript: TypeScript, resolution: Resolution, file: TypedFile, types = true): Consumer {
  const how = `${resolution} ${file.slice('typed'.length)}`;
  const title = `tsc ${typescript}, ${types ? how : 'no @types'}`;
  return { kind: 'types', typescript, resolution, file, types, title };
}

const waysOf = (typescript: TypeScript): Consumer[] => [
  typed(typescript, 'nodenext', 'typed.mts'),
  typed(typescript, 'nodenext', 'typed.cts'),
  typed(typescript, 'bundler', 'typed.mts'),
];
const bare = (typescript: TypeScript): Consumer => typed(typescript, 'nodenext', 'typed.mts', false);

const typescripts: readonly TypeScript[] = ['5.9', '6', '7'];
const managers: readonly Manager[] = ['npm', 'pnpm'];
const nodes: readonly Runtime[] = ['20', '22', '24', '26'];

/** Everything that is consumed, of a rehearsal of that scale. */
export function cellsOf(scale: Scale, hasBun: boolean): Cell[] {
  const of = (consumers: readonly Consumer[], runtimes: readonly Runtime[]): Cell[] =>
    managers.flatMap((manager) =>
      consumers.flatMap((consumer) => runtimes.map((runtime) => ({ manager, consumer, runtime }))),
    );
  if (scale !== 'whole') {
    // The lowest Node that we promise and the one that we work on, the oldest compiler and the newest.
    return [
      ...of([esm, commonJS], ['20', '24']),
      ...of([typed('5.9', 'nodenext', 'typed.mts'), typed('7', 'nodenext', 'typed.cts')], ['24']),
      ...of([typed('7', 'bundler', 'typed.mts'), bare('6')], ['24']),
    ];
  }
  return [
    ...of([esm, commonJS], hasBun ? [...nodes, 'bun'] : nodes),
    ...of(typescripts.flatMap(waysOf), nodes),
    // What is missing is no matter of the Node that says so.
    ...of(typescripts.map(bare), ['24']),
  ];
}

/** Runtimes and compilers that a plan needs. */
export function runtimesOf(cells: readonly Cell[]): Runtime[] {
  return [...new Set(cells.map(({ runtime }) => runtime))];
}

export function typescriptsOf(cells: readonly Cell[]): TypeScript[] {
  return [...new Set(cells.flatMap(({ consumer }) => (consumer.kind === 'types' ? [consumer.typescript] : [])))];
}
