import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** As `pnpm interop` starts it. */
function interop(args: readonly string[], env: Record<string, string> = {}) {
  const command = ['-C', 'dev', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cli.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

it('says on one line that there is no such option', () => {
  const { status, stdout, stderr } = interop(['portkey', '--wirte']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Unknown option '--wirte'.*`pnpm interop --help` tells what there is\.\n$/);
});

it('names the systems where somebody asks for one that there is not', () => {
  const { status, stderr } = interop(['nobody']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^There is no group or system named 'nobody'\. There are: litellm, .*livekit\.\n$/);
});

it('names the cases where somebody asks for one that there is not', () => {
  const { status, stdout, stderr } = interop(['portkey', '--only', 'chat,wrong-kee']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^There is no case 'wrong-kee' of portkey, portkey-loopback\. There are: conversation, .*, wrong-key, .*close-4000.*\.\n$/,
  );
});

it('does not keep a part of a system’s cases', () => {
  expect(interop(['portkey', '--only', 'chat', '--write'])).toMatchObject({
    status: 2,
    stderr: '--write keeps all cases of a system, and --only asks some: leave out one of them.\n',
  });
});

it('succeeds where all that was asked for is skipped, and says so', () => {
  const { status, stdout } = interop(['envoy'], { PATH: '/nowhere' });
  expect(stdout).toMatch(
    /\n0 passed, 0 failed, 1 systems skipped \(envoy: Python 3\.11 to 3\.13\): nothing was run\n$/,
  );
  expect(status).toBe(0);
});
