import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Results, SystemResults } from '../interop/src/results.ts';
import { gatewayRows } from '../packages/ws-url/src/index.ts';
import { generateGateways, page } from './generate-gateways.ts';
import { servedByLoopback } from './loopback-gateways.ts';

it('docs/gateways.md says what the table says (if not: node -C dev scripts/generate-gateways.ts)', async () => {
  expect(await readFile(page, 'utf8')).toBe(await generateGateways());
});

describe('docs/gateways.md tells what is behind a cell:', () => {
  it('loopback, where nothing ran for real', async () => {
    const text = await generateGateways({ systems: [] });
    expect(cellsOf(text, 'LiteLLM').slice(0, 3)).toEqual(['url ◐', 'body ◐', 'url ◐']);
    expect(text).not.toContain('url ●');
  });

  it('the real gateway and its version, where all that is about it holds', async () => {
    const text = await generateGateways(
      ran({
        litellm: { about: ['conversation', 'chat', 'speech', 'deepgram transcription'], failed: ['speech'] },
        portkey: { about: ['responses'] },
      }),
    );
    const [conversation, transcription, , , , chat, , speech] = cellsOf(text, 'LiteLLM');
    expect([conversation, transcription, chat, speech]).toEqual(['url ●', 'body ◐', 'body ●', 'body ◐']);
    expect(text).toContain('LiteLLM 1.2.3 and Portkey (self-hosted) 1.2.3');
    expect(text).toMatch(/\| deepgram realtime transcription .*\| the real one, 1\.2\.3 +\|/);
    expect(cellsOf(text, 'Portkey (self-hosted)')[4]).toBe('no ●');
    expect(cellsOf(text, 'Portkey')[4]).toBe('no');
  });

  it('not the real gateway, where only its imitation was asked', async () => {
    const { systems } = ran({ litellm: { about: ['conversation'] } });
    const text = await generateGateways({
      systems: systems.map((each) => ({ ...each, name: 'litellm-loopback', imitates: 'litellm' })),
    });
    expect(cellsOf(text, 'LiteLLM')[0]).toBe('url ◐');
  });
});

it('a request that a gateway would refuse is not served by loopback’s imitation of it', async () => {
  const row = gatewayRows.find(({ name }) => name === 'speaches')!;
  const wrong = { ...row, routes: { ...row.routes, transcription: { model: 'body', source: 'nobody' } as const } };
  expect((await servedByLoopback(row)).has('openai transcription')).toBe(true);
  expect((await servedByLoopback(wrong)).has('openai transcription')).toBe(false);
});

function ran(systems: Readonly<Record<string, { about: string[]; failed?: string[] }>>): Results {
  return {
    systems: Object.entries(systems).map(([name, { about, failed = [] }]): SystemResults => {
      const cases = about.map((each) => ({
        id: each,
        about: each,
        title: 'it holds',
        verdict: failed.includes(each) ? ('fail' as const) : ('pass' as const),
        seen: '',
      }));
      return { name, title: name, group: name, version: '1.2.3', needs: [], cases };
    }),
  };
}

/** The cells of the overview behind a gateway's name. */
function cellsOf(text: string, title: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`| ${title} `)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}
