import { readFile } from 'node:fs/promises';
import { startLoopback, type GatewaySettings, type Loopback, type MindRequest } from '@patchbay/loopback';
import { installRuntime } from '@patchbay/ws-session/testing';
import { LeapingClock } from '../leaping-clock.ts';
import type { Stage } from '../stage.ts';
import { defineSystem } from '../system.ts';
import { cases } from './cases/index.ts';
import { exampleConfig } from './litellm.ts';
import { masterKey, version } from './proxy.ts';
import { prompt, repeatingMind, type LiteLLMWorld } from './world.ts';

/** Loopback's gateway of that name, asked the same as the real one. */
export const litellmLoopback = defineSystem<LiteLLMWorld>({
  name: 'litellm-loopback',
  title: 'Loopback as LiteLLM',
  group: 'litellm',
  version,
  imitates: 'litellm',
  needs: [],
  start: startImitation,
  cases,
});

export async function startImitation(stage: Pick<Stage, 'atEnd'>): Promise<LiteLLMWorld> {
  const clock = new LeapingClock();
  stage.atEnd(installRuntime({ clock }));
  const asked: MindRequest[] = [];
  const cloud = await startLoopback({ ...prompt, clock, mind: repeatingMind(asked), faults: [] });
  stage.atEnd(() => cloud.close());
  const stand = async (settings: Partial<GatewaySettings>): Promise<Loopback> => {
    const gateway = { name: 'litellm@1.105', upstream: cloud.origin, ...settings };
    const front = await startLoopback({ ...prompt, clock, keys: [masterKey], gateway });
    stage.atEnd(() => front.close());
    return front;
  };
  const proxy = await stand({ models: modelsIn(await readFile(exampleConfig, 'utf8')), passthrough: true });
  const bare = await stand({ models: { 'gpt-realtime': 'gpt-realtime' } });
  return {
    ...{ cloud, azure: cloud, asked },
    proxy: { origin: proxy.origin, apiKey: masterKey },
    bare: { origin: bare.origin, apiKey: masterKey },
    stopBare: () => bare.close(),
    pass: (ms) => clock.pass(ms),
  };
}

/** What a configuration of LiteLLM calls its deployments, and what they are. */
function modelsIn(yaml: string): Record<string, string> {
  const entries = yaml.matchAll(/- model_name: (\S+)[^]*?\n +model: (?:openai\/)?(\S+)/g);
  return Object.fromEntries([...entries].map(([, alias, model]) => [alias!, model!]));
}
