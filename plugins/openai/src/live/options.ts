import type { APIConnectOptions, llm } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkJson,
  checkName,
  checkObject,
  checkOneOf,
  checkRange,
  checkString,
  refuseOption,
} from '@patchbay/plugin-kit';
import { checkToolChoice } from '../check-options.ts';
import { limitIn } from '../counts.ts';
import type { OpenAIConnectOptions } from '../options.ts';
import { resolveConnOptions } from '../realtime/options.ts';
import type { DelegationTarget, ResponsesConfig } from './gpt-live-types.ts';

/** Voices of GPT-Live, for completion in an editor; every other name is passed on. */
export type GPTLiveVoices = 'aster' | 'beacon' | 'cinder' | 'marin' | 'stone' | 'vesper';

/** The Responses model that works for the voice. What is left out is left to the service. */
export interface ResponsesDelegationOptions {
  /** Default `gpt-5.6-luna`. */
  model?: string;
  /** The backend's own; those of the agent are the voice's. */
  instructions?: string;
  /** Which tool must be used. `null`: as the model sees fit. */
  toolChoice?: llm.ToolChoice | null;
  /** Whether several tools may be asked for at once. */
  parallelToolCalls?: boolean;
  reasoning?: ResponsesConfig['reasoning'];
  /** Format and verbosity of what the backend writes. */
  text?: ResponsesConfig['text'];
  serviceTier?: ResponsesConfig['service_tier'];
  /** Of one response; at least 16, or `Infinity`. */
  maxOutputTokens?: number;
}

/** Options of {@link GPTLiveModel}. All of them are fixed once a session has started. */
export interface GPTLiveModelOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-live-1`. */
  model?: string;
  /** Default `marin`; or an authorized custom voice, as an object. */
  voice?: GPTLiveVoices | (string & {}) | Record<string, unknown>;
  /**
   * Who does the work that the voice hands over: a Responses model, with the agent's tools (`responses`, the default), or
   * you (`client`): listen for `delegation_created`. An agent has no tools then.
   */
  delegation?: DelegationTarget;
  /** With `delegation: 'responses'`. */
  responsesOptions?: ResponsesDelegationOptions;
  /** Milliseconds after which the socket is replaced in a quiet moment. `null`, the default, or `Infinity`: only before it expires, after two hours. */
  maxSessionDuration?: number | null;
  /** `timeoutMs` (default 10,000) bounds each dial, each start and each silence of the service; `maxRetry` (default 5) is the number of reconnects at once. */
  connOptions?: Partial<APIConnectOptions>;
}

/** Options with their defaults; holds no key. */
export interface GPTLiveOptions {
  model: string;
  voice: string | Record<string, unknown>;
  delegation: DelegationTarget;
  responsesOptions: ResponsesDelegationOptions;
  maxSessionDuration: number | null;
  connOptions: APIConnectOptions;
  /** As it may be shown: without query or credentials. */
  baseURL: string;
}

export const DEFAULT_MODEL = 'gpt-live-1';
export const DEFAULT_BACKEND_MODEL = 'gpt-5.6-luna';

/** @throws PatchbayError `invalid-option` that names the option. */
export function resolveLiveOptions(options: GPTLiveModelOptions, baseURL: string): GPTLiveOptions {
  const { voice, maxSessionDuration = null } = options;
  checkName('model', options.model);
  if (typeof voice === 'string') checkName('voice', voice);
  else checkJson('voice', voice);
  checkOneOf('delegation', options.delegation, ['responses', 'client']);
  if (maxSessionDuration !== null && maxSessionDuration !== Infinity) {
    checkRange('maxSessionDuration', maxSessionDuration, [1, Infinity]);
  }
  checkResponsesOptions(options.responsesOptions);
  return {
    model: options.model ?? DEFAULT_MODEL,
    voice: voice ?? 'marin',
    delegation: options.delegation ?? 'responses',
    responsesOptions: { ...options.responsesOptions },
    maxSessionDuration,
    connOptions: resolveConnOptions(options.connOptions),
    baseURL,
  };
}

function checkResponsesOptions(options: ResponsesDelegationOptions | undefined): void {
  checkObject('responsesOptions', options);
  if (!options) return;
  checkName('responsesOptions.model', options.model);
  checkString('responsesOptions.instructions', options.instructions);
  try {
    checkToolChoice(options.toolChoice ?? undefined);
  } catch {
    refuseOption('responsesOptions.toolChoice', "'auto', 'none', 'required', null or an object that names a function");
  }
  checkFlag('responsesOptions.parallelToolCalls', options.parallelToolCalls);
  checkJson('responsesOptions.reasoning', options.reasoning);
  checkJson('responsesOptions.text', options.text);
  checkOneOf('responsesOptions.serviceTier', options.serviceTier, ['auto', 'default', 'flex', 'priority']);
  checkCount('responsesOptions.maxOutputTokens', limitIn(options.maxOutputTokens), [16, Infinity]);
}
