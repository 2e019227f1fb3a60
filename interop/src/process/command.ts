import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Written to it. */
  input?: string;
}

/**
 * Runs a program to its end.
 *
 * @returns what it printed.
 * @throws Error with what it said, when it ends with anything but 0 or cannot be started.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input }: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, { ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env }) });
  let printed = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.stdin.on('error', () => undefined).end(input);
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  const [code] = (await once(child, 'close').finally(() => process.off('exit', stop))) as [number | null];
  if (code === 0) return printed;
  const said = `${printed}\n${complaint}`.trim().slice(-2_000);
  throw new Error(`\`${[command, ...args].join(' ')}\` ended with ${code}:\n${said}`);
}
