import type { Front, FrontContext } from '../cloud.ts';
import { agentgateway } from './agentgateway.ts';
import { azure, azureLegacy } from './azure/index.ts';
import { bifrost } from './bifrost.ts';
import { cloudflare } from './cloudflare.ts';
import { helicone } from './helicone.ts';
import { litellm, litellm1105, litellm1110 } from './litellm/index.ts';
import { livekitInference } from './livekit-inference.ts';
import { localai } from './localai.ts';
import { gatewayNames } from './names.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { portkey } from './portkey.ts';
import { speaches } from './speaches.ts';
import { startStage } from './stage.ts';
import type { GatewayRule } from './types.ts';
import type { GatewaySettings } from './settings.ts';
import { vercel } from './vercel.ts';
import { vllm } from './vllm.ts';

/** Every gateway that loopback can stand behind. Adding one is one file, one line here and its name in `names.ts`. */
export const gatewayRules: readonly GatewayRule[] = [
  litellm,
  litellm1105,
  litellm1110,
  portkey,
  helicone,
  cloudflare,
  bifrost,
  azure,
  azureLegacy,
  vercel,
  livekitInference,
  localai,
  speaches,
  vllm,
  agentgateway,
  openaiCompatible,
];

/** The rule of that name. Throws for a name that it does not know, with those that it does. */
export function findGateway(name: string): GatewayRule {
  const rule = gatewayRules.find((candidate) => candidate.name === name);
  if (rule) return rule;
  throw new RangeError(`There is no gateway named '${name}'. There are: ${gatewayNames.join(', ')}.`);
}

/** Starts a gateway in front of the cloud. Rejects for a name that it does not know, and when the port is taken. */
export async function startGateway(context: FrontContext): Promise<Front> {
  const { name } = context;
  const settings: GatewaySettings = typeof name === 'string' ? { name } : name;
  const { upstream = context.upstream } = settings;
  return startStage(findGateway(settings.name), settings, { ...context, upstream });
}
