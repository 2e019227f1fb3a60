import { DEFAULT_API_CONNECT_OPTIONS } from '@livekit/agents';
import type { APIConnectOptions, llm } from '@livekit/agents';
import { checkCount, checkName, checkObject, checkOneOf, checkRange, refuseOption } from '@patchbay/plugin-kit';
import type { Credential } from '@patchbay/ws-url';
import { fromAzure, type AzureOptions } from '../azure.ts';
import { checkToolChoice, checkTurnDetection, checkWordOrObject } from '../check-options.ts';
import type { OpenAIConnectOptions } from '../options.ts';
import type { McpApproval } from './mcp.ts';
import type {
  CustomVoice,
  InputAudioTranscription,
  Modality,
  Model,
  NoiseReduction,
  Reasoning,
  TracingConfig,
  Truncation,
  TurnDetectionType,
  Voice,
} from './api-proto.ts';

/** What may change while a session is open. `null` switches a feature off; absent leaves it as it is. */
export interface RealtimeSessionOptions {
  /** Default `marin`. Cannot change once the model has spoken. */
  voice?: Voice | CustomVoice;
  /** Default `auto`. */
  toolChoice?: llm.ToolChoice | null;
  /** Default `{ model: 'gpt-4o-mini-transcribe' }`; an `undefined` that is said leaves it to the service, which does not. */
  inputAudioTranscription?: InputAudioTranscription | null | undefined;
  inputAudioNoiseReduction?: NoiseReduction | null;
  /**
   * Default: semantic VAD of medium eagerness that answers and interrupts. `null`: you commit and ask for replies. An
   * `undefined` that is said leaves it to the service.
   */
  turnDetection?: TurnDetectionType | null | undefined;
  /** Default `inf`. */
  maxResponseOutputTokens?: number | 'inf';
  /** 0.25 to 1.5. */
  speed?: number;
  tracing?: TracingConfig | 'auto' | null;
  /** What happens when the conversation outgrows the context. */
  truncation?: Truncation;
  /** For the `gpt-realtime-2` family; kept from models before it. */
  reasoning?: Reasoning;
  /** Who consents to a call of an MCP tool that requires approval. Default false: nobody does, and the model is told. */
  mcpApproval?: McpApproval;
}

export interface RealtimeModelOptions extends RealtimeSessionOptions, Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-realtime`; on Azure the name of the deployment. */
  model?: Model;
  /** Default text and audio; `['text']`: the model does not speak. */
  modalities?: Modality[];
  /** @deprecated GA models take none. Accepted, not sent. */
  temperature?: number;
  /** Name of an Azure OpenAI deployment. */
  azureDeployment?: string;
  /** Microsoft Entra token, or a function that is asked for one on every attempt. */
  entraToken?: Credential;
  /** A dated version of Azure's older API, or `v1`. Default on Azure: `OPENAI_API_VERSION`. */
  apiVersion?: string;
  /** Milliseconds after which the socket is replaced in a quiet moment. Default 20 minutes; `Infinity` or null: only before it expires. */
  maxSessionDuration?: number | null;
  /** `timeoutMs` bounds each dial and each wait for the model; `maxRetry` (default 5) is the number of reconnects at once. */
  connOptions?: Partial<APIConnectOptions>;
}

/** Options with their defaults; holds no key. */
export interface RealtimeOptions extends RealtimeSessionOptions {
  model: Model;
  voice: Voice | CustomVoice;
  modalities: Modality[];
  maxSessionDuration: number;
  connOptions: APIConnectOptions;
  /** As it may be shown: without query or credentials. */
  baseURL: string;
  isAzure: boolean;
  azureDeployment?: string;
  /** Set where the preview of the API is spoken: by Azure's dated versions. */
  apiVersion?: string;
}

const maxSessionDurationMs = 20 * 60_000;

/** @throws PatchbayError `invalid-option` that names the option. */
export function resolveRealtimeOptions(
  options: RealtimeModelOptions,
  baseURL: string,
  apiVersion: string | undefined,
): RealtimeOptions {
  const { voice, tracing } = options;
  // What an unset variable leads to is taken for "not set".
  checkSessionOptions({ ...options, voice: voice || undefined, tracing: tracing || undefined });
  checkModalities(options.modalities);
  const connOptions = resolveConnOptions(options.connOptions);
  const maxSessionDuration =
    options.maxSessionDuration === undefined ? maxSessionDurationMs : (options.maxSessionDuration ?? Infinity);
  if (maxSessionDuration !== Infinity) checkRange('maxSessionDuration', maxSessionDuration, [1, Infinity]);
  const { azureDeployment } = options;
  return {
    model: modelOf(options),
    voice: voice || 'marin',
    toolChoice: options.toolChoice || 'auto',
    inputAudioTranscription: orDefault(options, 'inputAudioTranscription', { model: 'gpt-4o-mini-transcribe' }),
    inputAudioNoiseReduction: options.inputAudioNoiseReduction,
    turnDetection: orDefault(options, 'turnDetection', {
      type: 'semantic_vad',
      eagerness: 'medium',
      create_response: true,
      interrupt_response: true,
    }),
    maxResponseOutputTokens: options.maxResponseOutputTokens ?? 'inf',
    speed: options.speed,
    tracing: (tracing as string | null | undefined) === '' ? undefined : tracing,
    truncation: options.truncation,
    reasoning: options.reasoning,
    mcpApproval: options.mcpApproval ?? false,
    modalities: options.modalities ?? ['text', 'audio'],
    maxSessionDuration,
    connOptions,
    baseURL,
    isAzure: isAzure(options),
    ...(azureDeployment ? { azureDeployment } : {}),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  };
}

/**
 * What may change while a session is open.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkSessionOptions(options: RealtimeSessionOptions): void {
  checkObject('options', options);
  const { voice, maxResponseOutputTokens: tokens, inputAudioNoiseReduction: noiseReduction } = options;
  if (typeof voice === 'object') checkName('voice.id', (voice as CustomVoice | null)?.id ?? '');
  else checkName('voice', voice);
  checkRange('speed', options.speed, [0.25, 1.5]);
  checkToolChoice(options.toolChoice ?? undefined);
  checkObject('inputAudioTranscription', options.inputAudioTranscription ?? undefined);
  checkObject('inputAudioNoiseReduction', noiseReduction ?? undefined);
  checkOneOf('inputAudioNoiseReduction.type', noiseReduction?.type, ['near_field', 'far_field']);
  checkTurnDetection('turnDetection', options.turnDetection, { typed: true });
  if (tokens !== 'inf' && tokens !== Infinity) checkCount('maxResponseOutputTokens', tokens, [1, Infinity]);
  checkWordOrObject('tracing', options.tracing ?? undefined, ['auto']);
  checkWordOrObject('truncation', options.truncation, ['auto', 'disabled']);
  checkObject('reasoning', options.reasoning);
  const { mcpApproval } = options;
  if (mcpApproval !== undefined && typeof mcpApproval !== 'boolean' && typeof mcpApproval !== 'function') {
    refuseOption('mcpApproval', 'true, false, or a function that is asked');
  }
}

function checkModalities(modalities: unknown): void {
  if (modalities === undefined) return;
  if (!Array.isArray(modalities)) return refuseOption('modalities', "a list of 'text' and 'audio'");
  for (const modality of modalities as unknown[]) checkOneOf('modalities', modality ?? '', ['text', 'audio']);
}

/**
 * Five retries, not LiveKit's three: they come sooner, a connection that is accepted does not give them back at once, and
 * nobody above tries again. Three would not outlast the restart of a service.
 */
export function resolveConnOptions(options: Partial<APIConnectOptions> | undefined): APIConnectOptions {
  checkObject('connOptions', options);
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  const connOptions = { ...DEFAULT_API_CONNECT_OPTIONS, maxRetry: 5, ...Object.fromEntries(given) };
  checkRange('connOptions.timeoutMs', connOptions.timeoutMs, [1, 600_000]);
  checkRange('connOptions.retryIntervalMs', connOptions.retryIntervalMs, [0, 600_000]);
  if (connOptions.maxRetry !== Infinity) checkCount('connOptions.maxRetry', connOptions.maxRetry, [0, 1_000]);
  return connOptions;
}

/** `null` is an answer, and so is an `undefined` that is said, as with upstream; only absence asks for the default. */
function orDefault<Name extends 'inputAudioTranscription' | 'turnDetection'>(
  options: RealtimeSessionOptions,
  name: Name,
  otherwise: NonNullable<RealtimeSessionOptions[Name]>,
): RealtimeSessionOptions[Name] {
  return name in options ? options[name] : otherwise;
}

function isAzure(options: RealtimeModelOptions): boolean {
  return Boolean(options.apiVersion || options.entraToken || options.azureDeployment);
}

function modelOf({ azureDeployment, model }: RealtimeModelOptions): Model {
  // An empty one is not set; what is no name is refused where the connection is made.
  return model === undefined || model === '' ? azureDeployment || 'gpt-realtime' : model;
}

/** Azure's options, said as a gateway; others stay as they are. */
export function connectOptionsFor(options: RealtimeModelOptions & AzureOptions): OpenAIConnectOptions {
  checkObject('options', options);
  const model = modelOf(options);
  return isAzure(options) && !options.gateway ? { ...fromAzure(options), model } : { ...options, model };
}
