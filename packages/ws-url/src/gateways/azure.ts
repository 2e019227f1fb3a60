import type { Auth, GatewayRow, GatewayTraits } from '../types.ts';
import { httpRoutes } from './http.ts';

/** How Microsoft Entra tokens travel. */
export const bearer: Auth = { header: 'Authorization', scheme: 'Bearer' };

const hosts = ['*.openai.azure.com', '*.services.ai.azure.com', '*.cognitiveservices.azure.com'];
/** "The maximum session duration is 30 minutes": https://learn.microsoft.com/answers/a/12544418 */
const halfHourly: GatewayTraits = { sessionMs: 1_800_000 };
const reference = 'https://learn.microsoft.com/azure/foundry/openai/realtime-audio-reference';

/** Azure OpenAI and Foundry, the v1 API. The model is the name of a deployment. */
export const azure: GatewayRow = {
  name: 'azure',
  title: 'Azure OpenAI',
  example: "gateways.azure({ resource: 'contoso', apiKey })",
  root: '/openai/v1',
  hosts,
  auth: { header: 'api-key' },
  routes: {
    conversation: {
      model: 'url',
      traits: halfHourly,
      source: 'https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-websockets',
    },
    transcription: {
      model: 'body',
      traits: halfHourly,
      source: `${reference}; with a model in the URL the upgrade is refused: https://learn.microsoft.com/answers/a/12820829`,
    },
    translation: {
      model: 'url',
      traits: halfHourly,
      source:
        'https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-websockets#translate-audio-in-real-time',
    },
    live: { model: 'body', source: 'https://learn.microsoft.com/azure/foundry/openai/gpt-live-reference' },
    // The only page about this socket shows keys and tokens alike as bearers.
    responses: {
      model: 'body',
      auth: bearer,
      source: 'https://learn.microsoft.com/azure/foundry/openai/how-to/websockets',
    },
    ...httpRoutes('https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle'),
  },
  hints: [
    {
      text: /OpperationNotSupported|OperationNotSupported/,
      capabilities: ['transcription'],
      say: "Azure refuses a transcription whose URL names a deployment. Set `modelIn: 'body'`, and take `model` and `deployment` out of the base URL and `query`.",
    },
    {
      text: /requires ephemeral authentication/,
      capabilities: ['transcription'],
      say: 'Azure opens `gpt-live-transcribe` to ephemeral tokens only (BerriAI/litellm#38645): set `model` to the deployment of another transcription model, such as `gpt-4o-transcribe`.',
    },
    {
      status: 401,
      say: 'Azure refused the credential: a resource key is the `apiKey` of `gateways.azure(…)`, a Microsoft Entra token is its `entraToken`.',
    },
    {
      status: 404,
      say: 'Azure knows no such deployment or path: `model` must be the name of a deployment, and resources on dated API versions need `gateways.azureLegacy(…)`.',
    },
  ],
  notes: [
    '`model` is the name of the deployment, or `deployment` is.',
    "`openaiPath: false` adds no `/openai` to a `baseURL` that is not a host of Azure's own.",
    'A key travels in `api-key`, a Microsoft Entra token as `entraToken` in `Authorization: Bearer`.',
    'The backend of GPT-Live is a deployment as well: `responsesOptions.model`.',
  ],
};

/** Dated versions never learned the GA protocol: https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-preview-api-migration-guide */
const preview: GatewayTraits = { ...halfHourly, previewRealtime: true };

/** Azure OpenAI with dated API versions, which Microsoft deprecated for realtime on 2026-04-30 (openai/openai-node#1974). */
export const azureLegacy: GatewayRow = {
  name: 'azure-legacy',
  title: 'Azure OpenAI (dated API versions)',
  example: "gateways.azureLegacy({ resource: 'contoso', apiKey, apiVersion: '2025-04-01-preview' })",
  root: '/openai',
  hosts,
  // A dated version in the query, and not the v1 API, which takes `api-version=preview` too.
  pattern: /^(?!\/openai\/v1(?:[/?]|$))[^?]*\?(?:[^#]*&)?api-version=/,
  auth: { header: 'api-key' },
  query: { 'api-version': '2024-10-01-preview' },
  routes: {
    conversation: {
      model: 'url',
      modelName: 'deployment',
      traits: preview,
      source: 'openai/openai-node#1283, openai/openai-node#1974',
    },
    transcription: {
      model: 'body',
      traits: preview,
      query: { 'api-version': '2025-04-01-preview' },
      source: "Microsoft's samples connect to /openai/realtime?api-version=2025-04-01-preview&intent=transcription",
    },
    chat: deployed('/chat/completions'),
    'responses-http': {
      model: 'body',
      query: { 'api-version': '2025-04-01-preview' },
      source: 'https://learn.microsoft.com/azure/foundry/openai/how-to/responses',
    },
    speech: deployed('/audio/speech'),
    transcriptions: deployed('/audio/transcriptions'),
    models: { model: 'none', source: 'https://learn.microsoft.com/azure/ai-services/openai/reference' },
  },
  missing: {
    responses: 'Responses over a WebSocket belong to the v1 API: `gateways.azure(…)`.',
    translation: 'Realtime translation belongs to the v1 API: `gateways.azure(…)`.',
    live: 'GPT-Live belongs to the v1 API: `gateways.azure(…)`.',
  },
  hints: azure.hints,
  notes: [
    'A plain `baseURL` picks this row only with a dated `api-version` in its query.',
    '`model` is the name of the deployment, or `deployment` is.',
    "`openaiPath: false` adds no `/openai` to a `baseURL` that is not a host of Azure's own.",
    '`apiVersion` sets `api-version`; one in the base URL comes first.',
  ],
};

function deployed(path: string): { path: string; model: 'none'; source: string } {
  return {
    path: `/deployments/{model}${path}`,
    model: 'none',
    source: 'https://learn.microsoft.com/azure/ai-services/openai/reference',
  };
}
