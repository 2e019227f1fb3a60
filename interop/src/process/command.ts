import { once } from 'node:events';
import { Group } from './group.ts';

export interface CommandOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Written to it. */
  input?: string;
  /** 0 to 19: how far it stands back behind whatever else wants the processor. Default 0. */
  niceness?: number;
}

const running = new Set<Group>();

/**
 * Runs a program to its end, in a group of its own, so that nothing that it started is left when it ends or is ended.
 *
 * @returns what it printed.
 * @throws Error with what it said, when it ends with anything but 0 or cannot be started.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { input, ...options }: CommandOptions = {},
): Promise<string> {
  const group = new Group(command, args, options);
  running.add(group);
  const { stdin, stdout, stderr } = group.child;
  let printed = '';
  let complaint = '';
  stdout!.setEncoding('utf8').on('data', (text: string) => (printed += text));
  stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  stdin!.on('error', () => undefined).end(input);
  const [code] = (await once(group.child, 'close').finally(() => running.delete(group))) as [number | null];
  if (code === 0) return printed;
  const said = `${printed}\n${complaint}`.trim().slice(-2_000);
  throw new Error(`\`${[command, ...args].join(' ')}\` ended with ${code}:\n${said}`);
}

/** Stops all that run: for whoever interrupts. */
export async function stopCommands(): Promise<void> {
  await Promise.all([...running].map((group) => group.stop().catch(() => undefined)));
}
