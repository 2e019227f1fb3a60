import { parseArgs } from 'node:util';
import type { System } from './system.ts';

/** What somebody asks of the command line. */
export interface Asked {
  help: boolean;
  list: boolean;
  write: boolean;
  systems: readonly System[];
  isWanted: (id: string) => boolean;
}

/** What they wrote makes no sense; the message says why, on one line. */
export class UsageError extends Error {}

/** Reads the command line. @throws UsageError */
export function askedOf(args: readonly string[], systems: readonly System[]): Asked {
  const { positionals, values } = parsed(args);
  const { help = false, list = false, write = false } = values;
  const unknown = positionals.find((name) => !systems.some((system) => system.name === name || system.group === name));
  if (unknown !== undefined) {
    const groups = systems.flatMap(({ name, group }) => [group, name]);
    throw new UsageError(`There is no group or system named '${unknown}'. There are: ${listed(groups)}.`);
  }
  const named = systems.filter(
    ({ name, group }) => positionals.length === 0 || positionals.includes(name) || positionals.includes(group),
  );
  if (values.only === undefined) return { help, list, write, systems: named, isWanted: () => true };
  if (write) throw new UsageError('--write keeps all cases of a system, and --only asks some: leave out one of them.');
  const only = new Set(values.only.split(','));
  const ids = named.flatMap(({ cases }) => cases.map(({ id }) => id));
  const strange = [...only].find((id) => !ids.includes(id));
  if (strange !== undefined) {
    const where = listed(named.map(({ name }) => name));
    throw new UsageError(`There is no case '${strange}' of ${where}. There are: ${listed(ids)}.`);
  }
  const some = named.filter(({ cases }) => cases.some(({ id }) => only.has(id)));
  return { help, list, write, systems: some, isWanted: (id) => only.has(id) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        write: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} \`pnpm interop --help\` tells what there is.`);
  }
}

const listed = (names: readonly string[]): string => [...new Set(names)].join(', ');
