/** What `gateway` may name, in the order of `--help`. */
export const gatewayNames: readonly string[] = [
  'litellm',
  'litellm@1.105',
  'litellm@1.110',
  'portkey',
  'helicone',
  'cloudflare',
  'bifrost',
  'azure',
  'azure-legacy',
  'vercel',
  'livekit-inference',
  'localai',
  'speaches',
  'vllm',
  'agentgateway',
  'openai-compatible',
];
