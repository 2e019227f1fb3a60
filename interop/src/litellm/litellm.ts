import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopback, type MindRequest } from '@patchbay/loopback';
import { createCertificate } from '../../../packages/loopback/src/__fixtures__/certificate.ts';
import { defineSystem } from '../system.ts';
import { cases } from './cases/index.ts';
import { installProxy, masterKey, startProxy, version } from './proxy.ts';
import { prompt, repeatingMind, type LiteLLMWorld } from './world.ts';

/** The file that users copy. */
export const exampleConfig: string = join(import.meta.dirname, '../../../examples/gateways/litellm.yaml');

export const litellm = defineSystem<LiteLLMWorld>({
  name: 'litellm',
  title: 'LiteLLM',
  group: 'litellm',
  version,
  needs: ['python3'],
  install: installProxy,
  async start(stage) {
    const { ca, tls } = await createCertificate();
    const authority = join(stage.folder(), 'ca.pem');
    await writeFile(authority, ca);
    const asked: MindRequest[] = [];
    const options = { ...prompt, mind: repeatingMind(asked), tls, faults: [] };
    const cloud = await startLoopback(options);
    stage.atEnd(() => cloud.close());
    const azure = await startLoopback({ ...options, gateway: 'azure' });
    stage.atEnd(() => azure.close());
    const providers = {
      SSL_CERT_FILE: authority,
      OPENAI_API_KEY: 'sk-at-openai',
      OPENAI_API_BASE: cloud.url,
      AZURE_API_KEY: 'key-at-azure',
      AZURE_API_BASE: azure.origin,
      DEEPGRAM_API_KEY: 'key-at-deepgram',
      DEEPGRAM_API_BASE: `${cloud.origin}/v1`,
    };
    const [proxy, bare] = await Promise.all([
      startProxy(stage, { config: exampleConfig, providers }),
      startProxy(stage, { config: join(import.meta.dirname, 'bare.yaml'), providers }),
    ]);
    return {
      ...{ cloud, azure, asked },
      proxy: { origin: proxy.origin, apiKey: masterKey },
      bare: { origin: bare.origin, apiKey: masterKey },
      async stopBare() {
        bare.service.kill('SIGTERM');
        await bare.service.ended;
      },
      pass: (ms) => sleep(ms),
    };
  },
  cases,
});
