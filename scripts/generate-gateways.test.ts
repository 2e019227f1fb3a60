import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateGateways, page } from './generate-gateways.ts';

it('docs/gateways.md says what the table says (if not: node -C dev scripts/generate-gateways.ts)', async () => {
  expect(await readFile(page, 'utf8')).toBe(await generateGateways());
});
