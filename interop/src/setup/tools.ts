import { runCommand } from '../process/command.ts';
import { installationEnvironment } from '../process/environment.ts';

/** What a machine may have beside Node, how it is asked for its version, and the least that will do. */
const tools = {
  python3: {
    args: ['--version'],
    title: 'Python 3.11 to 3.13',
    suits: ([major, minor]: number[]) => major === 3 && minor! >= 11 && minor! <= 13,
  },
  go: { args: ['version'], title: 'Go 1.26 or later', suits: ([major, minor]: number[]) => major! > 1 || minor! >= 26 },
  'apt-get': { args: ['--version'], title: 'Debian’s apt-get', suits: () => true },
  'dpkg-deb': { args: ['--version'], title: 'Debian’s dpkg-deb', suits: () => true },
  openssl: { args: ['version'], title: 'openssl', suits: () => true },
} as const;

export type Tool = keyof typeof tools;

const found = new Map<Tool, Promise<boolean>>();

/** By names that a person understands. */
export function titlesOf(needed: readonly Tool[]): string[] {
  return needed.map((tool) => tools[tool].title);
}

/** Those that this machine lacks, by a name that a person understands. */
export async function missingTools(needed: readonly Tool[]): Promise<string[]> {
  const lacks = await Promise.all(needed.map(async (tool) => ((await has(tool)) ? [] : [tools[tool].title])));
  return lacks.flat();
}

function has(tool: Tool): Promise<boolean> {
  const known = found.get(tool);
  if (known) return known;
  const { args, suits } = tools[tool];
  // As an installation will find it; and Go counts in its user's home how often it was asked.
  const answer = runCommand(tool, args, { env: installationEnvironment() }).then(
    (said) => suits((/(\d+)\.(\d+)/.exec(said) ?? []).slice(1).map(Number)),
    () => false,
  );
  found.set(tool, answer);
  return answer;
}
