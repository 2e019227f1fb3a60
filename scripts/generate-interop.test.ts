import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { SystemResults } from '../interop/src/results.ts';
import { generateInterop, page } from './generate-interop.ts';

it('docs/interop.md says what the results say (if not: node -C dev scripts/generate-interop.ts)', async () => {
  expect(await readFile(page, 'utf8')).toBe(await generateInterop());
});

const passed = {
  id: 'a',
  about: 'chat',
  title: 'it `holds_here`',
  verdict: 'pass',
  seen: 'HTTP 200 | <b>\n*twice*',
} as const;
const failed = { ...passed, id: 'b', about: 'refusal', verdict: 'fail', seen: 'expected 403' } as const;
const litellm: SystemResults = {
  name: 'litellm',
  title: 'LiteLLM',
  group: 'litellm',
  version: '1.105.3',
  needs: ['Python', 'openssl'],
  cases: [passed],
};

it('docs/interop.md has a table for each system, with its version and what it needs', async () => {
  const text = squeezed(
    await generateInterop({ systems: [litellm, { ...litellm, name: 'twin', imitates: 'litellm' }] }),
  );
  expect(text).toContain('| `litellm` | LiteLLM 1.105.3 | Python, openssl | 1 |');
  expect(text).toContain('## LiteLLM 1.105.3');
  expect(text).toContain("Loopback's imitation of `litellm`");
  expect(text).toContain(
    String.raw`| ✔ | chat completions over HTTP | it ${'`'}holds_here${'`'} | HTTP 200 \| \<b> \*twice\* |`,
  );
});

it('docs/interop.md marks what failed', async () => {
  const text = squeezed(await generateInterop({ systems: [{ ...litellm, cases: [passed, failed] }] }));
  expect(text).toContain('| 2, ✘ 1 failed |');
  expect(text).toContain('| ✘ | refusal | it `holds_here` | expected 403 |');
});

/** Without the spaces that line a table up. */
function squeezed(text: string): string {
  return text.replaceAll(/ {2,}/g, ' ');
}
