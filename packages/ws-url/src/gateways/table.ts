import type { GatewayRow } from '../types.ts';
import { agentgateway } from './agentgateway.ts';
import { azure, azureLegacy } from './azure.ts';
import { bifrost } from './bifrost.ts';
import { cloudflare, cloudflareWorkersAI } from './cloudflare.ts';
import { helicone } from './helicone.ts';
import { litellm } from './litellm.ts';
import { livekitInference } from './livekit-inference.ts';
import { localai } from './localai.ts';
import { openAI, openAICompatible } from './openai.ts';
import { portkey, portkeySelfHosted } from './portkey.ts';
import { speaches } from './speaches.ts';
import { vercel } from './vercel.ts';
import { vllm } from './vllm.ts';

/** Every gateway that we know, in the order of docs/gateways.md. */
export const gatewayRows: readonly GatewayRow[] = [
  openAI,
  azure,
  azureLegacy,
  litellm,
  portkey,
  portkeySelfHosted,
  helicone,
  cloudflare,
  cloudflareWorkersAI,
  bifrost,
  vercel,
  livekitInference,
  localai,
  speaches,
  vllm,
  agentgateway,
  openAICompatible,
];
