import { afterEach, beforeAll, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { SdkTranslation } from '../__fixtures__/sdk-translation.ts';
import { microphone } from '../__fixtures__/speech.ts';
import type { Loopback } from '../cloud.ts';
import type { GatewaySettings } from '../gateways/settings.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let cloud: Loopback | undefined;

beforeAll(async () => {
  certificate = await createCertificate();
});
afterEach(() => cloud?.close());

async function connectThrough(gateway: GatewaySettings, model: string): Promise<SdkTranslation> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  cloud = await startLoopback({ voice: 'plain', tls: certificate.tls, gateway, pace });
  return SdkTranslation.connect({ url: cloud.url, ca: certificate.ca }, model);
}

test.each<[GatewaySettings, string]>([
  [{ name: 'litellm@1.110', models: { interpreter: 'gpt-realtime-translate' } }, 'interpreter'],
  [{ name: 'azure', models: { interpreter: 'gpt-realtime-translate' } }, 'interpreter'],
  [{ name: 'openai-compatible' }, 'gpt-realtime-translate'],
])('$name relays a translation', async (gateway, model) => {
  const sdk = await connectThrough(gateway, model);
  await sdk.next('session.created');
  sdk.append(await microphone('good morning'));
  await sdk.socket.finish({ timeoutMs: 10_000 });
  expect(sdk.transcript('output')).toBe('[es] good morning');
  expect(cloud!.requests.at(-1)).toMatchObject({
    path: '/v1/realtime/translations',
    query: '?model=gpt-realtime-translate',
  });
});

test('LiteLLM before 1.110 has no such route', async () => {
  const sdk = await connectThrough({ name: 'litellm' }, 'gpt-realtime-translate');
  await expect(sdk.next('session.created')).rejects.toThrow('1006');
  expect(String((sdk.errors[0]!.cause as Error).message)).toContain('403');
  expect(cloud!.requests).toEqual([]);
});
