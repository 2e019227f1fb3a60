import { initializeLogger } from '@livekit/agents';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { refuse, startChoosyGateway, type ChoosyGateway } from '../__fixtures__/choosy-gateway.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import type { STTOptions } from './options.ts';
import { STT } from './stt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const quick = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };
const hasExtras = (body: string): boolean => /name="include\[\]"|verbose_json/.test(body);

function open({ baseURL }: ChoosyGateway, options: Partial<STTOptions> = {}): { stt: STT; errors: unknown[] } {
  const stt = new STT({ apiKey: 'k', baseURL, useRealtime: false, connOptions: quick, ...options });
  const errors: unknown[] = [];
  stt.on('error', (error) => errors.push(error));
  onTestFinished(() => stt.close());
  return { stt, errors };
}

const textOf = async (stt: STT): Promise<string | undefined> =>
  (await stt.recognize(await speechFrames('Can you hear me?'))).alternatives?.[0].text;

const models = ['gpt-4o-transcribe', 'whisper-1'];

describe.each(models)('a server that refuses what nobody asked for, of %s', (model) => {
  it.each([400, 403, 404, 405, 406, 415, 422])(
    'is asked once more without it, at once, and from then on: HTTP %d',
    async (status) => {
      const gateway = await startChoosyGateway((response, body) => hasExtras(body) && refuse(response, status));
      const { stt, errors } = open(gateway, { model, connOptions: { ...quick, maxRetry: 0 } });
      for (let times = 0; times < 2; times++) expect(await textOf(stt)).toBe('Can you hear me?');
      expect(gateway.bodies.map(hasExtras)).toEqual([true, false, false]);
      expect(errors).toEqual([]);
    },
  );

  it.each([500, 501, 503])('is asked without it by the last retry, and from then on: HTTP %d', async (status) => {
    const gateway = await startChoosyGateway((response, body) => hasExtras(body) && refuse(response, status));
    const { stt, errors } = open(gateway, { model });
    for (let times = 0; times < 2; times++) expect(await textOf(stt)).toBe('Can you hear me?');
    expect(gateway.bodies.map(hasExtras)).toEqual([true, true, true, false, false]);
    const told = { recoverable: true, error: { statusCode: status } };
    expect(errors).toMatchObject([told, told, told]);
  });

  it('is asked without it by the next request where there are no retries', async () => {
    const gateway = await startChoosyGateway((response, body) => hasExtras(body) && refuse(response, 500));
    const { stt } = open(gateway, { model, connOptions: { ...quick, maxRetry: 0 } });
    await expect(textOf(stt)).rejects.toMatchObject({ statusCode: 500 });
    for (let times = 0; times < 2; times++) expect(await textOf(stt)).toBe('Can you hear me?');
    expect(gateway.bodies.map(hasExtras)).toEqual([true, false, false]);
  });
});

describe('what is no refusal of what nobody asked for', () => {
  it.each([
    [401, 'invalid_api_key', 1],
    [429, 'rate_limit_exceeded', 2],
    [404, 'model_not_found', 1],
    [404, 'DeploymentNotFound', 1],
    [400, 'invalid_model', 1],
    [403, 'insufficient_quota', 1],
  ])('stays what it is: HTTP %d, %s', async (status, code, requests) => {
    const gateway = await startChoosyGateway((response) => refuse(response, status, { message: 'No.', code }));
    const { stt } = open(gateway, { model: 'gpt-4o-transcribe', connOptions: { ...quick, maxRetry: 1 } });
    await expect(textOf(stt)).rejects.toMatchObject({ name: 'APIStatusError', statusCode: status, body: { code } });
    expect(gateway.bodies.map(hasExtras)).toEqual(Array(requests).fill(true));
  });

  it('an outage, once it was taken: nothing is lost by it', async () => {
    const gateway = await startChoosyGateway((response, _body, n) => n > 1 && n < 5 && refuse(response, 503));
    const { stt } = open(gateway, { model: 'gpt-4o-transcribe' });
    for (let times = 0; times < 3; times++) {
      const { alternatives } = await stt.recognize(await speechFrames('Still here.'));
      expect(alternatives?.[0].confidence).toBeGreaterThan(0.9);
    }
    expect(gateway.bodies.every(hasExtras)).toBe(true);
  });

  it('what the user asked for: it is not left out', async () => {
    const gateway = await startChoosyGateway((response, body) => hasExtras(body) && refuse(response, 404));
    const { stt } = open(gateway, { model: 'gpt-4o-transcribe', logprobs: true });
    await expect(textOf(stt)).rejects.toMatchObject({ statusCode: 404 });
    expect(gateway.bodies).toHaveLength(1);
  });
});
