import { checkObject, environment } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { LLMOptions } from './options.ts';

/** A provider that speaks chat completions. */
export interface Preset {
  title: string;
  baseURL: string;
  /** Default model, where there is one. */
  model?: string;
  /** Where the key is found if none is given; `{ apiKey }` where every key will do. */
  key: { env: string } | { apiKey: string };
}

/** Options of a preset: everything that `LLM` takes, with the provider's own models for completion. */
export type PresetOptions<Models extends string = never> = Partial<Omit<LLMOptions, 'model'>> & {
  model?: Models | (string & {});
};

export type PresetName =
  | 'cerebras'
  | 'cometapi'
  | 'deepseek'
  | 'fireworks'
  | 'groq'
  | 'letta'
  | 'meta'
  | 'nebius'
  | 'octo'
  | 'ollama'
  | 'openrouter'
  | 'ovhcloud'
  | 'perplexity'
  | 'sambanova'
  | 'telnyx'
  | 'together'
  | 'vercel'
  | 'xai';

/** Base URLs, variables and models are those of LiveKit's plugins: JavaScript's, or Python's where that has more. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  cerebras: {
    title: 'Cerebras',
    baseURL: 'https://api.cerebras.ai/v1',
    model: 'gpt-oss-120b',
    key: { env: 'CEREBRAS_API_KEY' },
  },
  cometapi: {
    title: 'CometAPI',
    baseURL: 'https://api.cometapi.com/v1',
    model: 'gpt-5-chat-latest',
    key: { env: 'COMETAPI_API_KEY' },
  },
  deepseek: {
    title: 'DeepSeek',
    baseURL: 'https://api.deepseek.com/v1',
    model: 'deepseek-chat',
    key: { env: 'DEEPSEEK_API_KEY' },
  },
  fireworks: {
    title: 'Fireworks',
    baseURL: 'https://api.fireworks.ai/inference/v1',
    model: 'accounts/fireworks/models/llama-v3p1-70b-instruct',
    key: { env: 'FIREWORKS_API_KEY' },
  },
  groq: {
    title: 'Groq',
    baseURL: 'https://api.groq.com/openai/v1',
    model: 'openai/gpt-oss-120b',
    key: { env: 'GROQ_API_KEY' },
  },
  /** The model is an agent. */
  letta: {
    title: 'Letta',
    baseURL: 'https://api.letta.com/v1',
    key: { env: 'LETTA_API_KEY' },
  },
  meta: {
    title: 'Meta Llama',
    baseURL: 'https://api.llama.com/compat/v1',
    model: 'Llama-4-Maverick-17B-128E-Instruct-FP8',
    key: { env: 'LLAMA_API_KEY' },
  },
  nebius: {
    title: 'Nebius',
    baseURL: 'https://api.studio.nebius.com/v1',
    model: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
    key: { env: 'NEBIUS_API_KEY' },
  },
  octo: {
    title: 'OctoAI',
    baseURL: 'https://text.octoai.run/v1',
    model: 'llama-2-13b-chat',
    key: { env: 'OCTOAI_TOKEN' },
  },
  ollama: {
    title: 'Ollama',
    baseURL: 'http://localhost:11434/v1',
    model: 'llama3.1',
    key: { apiKey: 'ollama' },
  },
  openrouter: {
    title: 'OpenRouter',
    baseURL: 'https://openrouter.ai/api/v1',
    model: 'auto',
    key: { env: 'OPENROUTER_API_KEY' },
  },
  ovhcloud: {
    title: 'OVHcloud AI Endpoints',
    baseURL: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
    model: 'gpt-oss-120b',
    key: { env: 'OVHCLOUD_API_KEY' },
  },
  perplexity: {
    title: 'Perplexity',
    baseURL: 'https://api.perplexity.ai',
    model: 'llama-3.1-sonar-small-128k-chat',
    key: { env: 'PERPLEXITY_API_KEY' },
  },
  sambanova: {
    title: 'SambaNova',
    baseURL: 'https://api.sambanova.ai/v1',
    model: 'DeepSeek-R1-0528',
    key: { env: 'SAMBANOVA_API_KEY' },
  },
  telnyx: {
    title: 'Telnyx',
    baseURL: 'https://api.telnyx.com/v2/ai',
    model: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
    key: { env: 'TELNYX_API_KEY' },
  },
  together: {
    title: 'Together AI',
    baseURL: 'https://api.together.xyz/v1',
    model: 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo',
    key: { env: 'TOGETHER_API_KEY' },
  },
  /** In neither of LiveKit's plugins. https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions */
  vercel: {
    title: 'Vercel AI Gateway',
    baseURL: 'https://ai-gateway.vercel.sh/v1',
    model: 'openai/gpt-4.1',
    key: { env: 'AI_GATEWAY_API_KEY' },
  },
  xai: {
    title: 'xAI',
    baseURL: 'https://api.x.ai/v1',
    model: 'grok-2-public',
    key: { env: 'XAI_API_KEY' },
  },
};

/**
 * A preset under a user's options. A `client` and a `gateway` say themselves where they stand; a client also has its key.
 * Straight to the provider, `OPENAI_API_KEY` is never looked at.
 *
 * @throws PatchbayError `missing-credential` that names the option and the variable.
 */
export function presetOptions(name: PresetName, options: PresetOptions): Partial<LLMOptions> {
  const { title, baseURL, key, ...rest } = presets[name];
  checkObject('options', options);
  const { client, gateway } = options;
  const fallback = 'env' in key ? environment(key.env) : key.apiKey;
  // An empty one is what an unset variable often is.
  const apiKey = options.apiKey || (client === undefined ? fallback : undefined);
  if (apiKey === undefined && client === undefined && gateway === undefined && 'env' in key) {
    throw new PatchbayError('missing-credential', `${title} wants a key: set \`apiKey\` or the variable ${key.env}.`);
  }
  const isGiven = ([option, value]: [string, unknown]): boolean =>
    value !== undefined && !(value === '' && (option === 'baseURL' || option === 'model'));
  const given = Object.fromEntries(Object.entries(options).filter(isGiven));
  return {
    ...rest,
    ...(client === undefined && gateway === undefined ? { baseURL } : {}),
    ...given,
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}
