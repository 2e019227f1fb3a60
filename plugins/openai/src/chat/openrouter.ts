import { checkObject, checkString, checkStrings, refuseOption } from '@patchbay/plugin-kit';
import { mergeHeaders } from '@patchbay/ws-url';
import { headersIn } from '../options.ts';
import type { LLMOptions } from './options.ts';
import { presetOptions, type PresetOptions } from './presets.ts';

/** Who may serve the request. https://openrouter.ai/docs/features/provider-routing */
export interface OpenRouterProviderPreferences {
  order?: string[];
  allow_fallbacks?: boolean;
  require_parameters?: boolean;
  data_collection?: 'allow' | 'deny';
  only?: string[];
  ignore?: string[];
  quantizations?: string[];
  sort?: 'price' | 'throughput' | 'latency';
  max_price?: Record<string, number>;
  [key: string]: unknown;
}

/** Searches the web before the model answers. https://openrouter.ai/docs/features/web-search */
export interface OpenRouterWebPlugin {
  /** Default `web`. */
  id?: string;
  /** Default 5. */
  max_results?: number;
  search_prompt?: string;
  [key: string]: unknown;
}

/** Options of `LLM.withOpenRouter`. */
export interface OpenRouterOptions extends PresetOptions {
  /** Your site, for OpenRouter's rankings: `HTTP-Referer`. */
  siteUrl?: string;
  /** Your application, for OpenRouter's rankings: `X-Title`. */
  appName?: string;
  /** Models that are tried when the first one cannot answer, in this order. */
  fallbackModels?: string[];
  provider?: OpenRouterProviderPreferences;
  plugins?: OpenRouterWebPlugin[];
}

/** OpenRouter's own options as headers and fields; `headers` and `extraBody` win over them. */
export function openRouterOptions(options: OpenRouterOptions): Partial<LLMOptions> {
  checkObject('options', options);
  const { siteUrl, appName, fallbackModels, provider, plugins, ...rest } = options;
  checkString('siteUrl', siteUrl);
  checkString('appName', appName);
  checkStrings('fallbackModels', fallbackModels);
  checkObject('provider', provider);
  if (plugins !== undefined && !Array.isArray(plugins)) refuseOption('plugins', 'a list of objects');
  const preset = presetOptions('openrouter', rest);
  return {
    ...preset,
    headers: mergeHeaders(
      siteUrl ? { 'HTTP-Referer': siteUrl } : {},
      appName ? { 'X-Title': appName } : {},
      headersIn(rest),
    ),
    extraBody: {
      ...(provider === undefined ? {} : { provider }),
      ...(fallbackModels?.length ? { models: [preset.model, ...fallbackModels] } : {}),
      ...(plugins?.length ? { plugins: plugins.map((plugin) => ({ id: 'web', max_results: 5, ...plugin })) } : {}),
      ...rest.extraBody,
    },
  };
}
