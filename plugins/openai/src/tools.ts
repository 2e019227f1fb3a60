import { llm } from '@livekit/agents';
import { checkJson, checkName, checkObject, checkString, refuseOption } from '@patchbay/plugin-kit';

/** Base of the tools that the service runs itself. Only the Responses API knows them. */
export abstract class OpenAITool extends llm.ProviderTool {
  /** This tool as an entry of the request's `tools`. */
  abstract toToolConfig(): Record<string, unknown>;
}

/** How much of the context window a search may fill. */
export type WebSearchContextSize = 'low' | 'medium' | 'high';

/** Restricts a web search to domains. */
export interface WebSearchFilters {
  /** Domains, with their subdomains, e.g. `pubmed.ncbi.nlm.nih.gov`. Default: all. */
  allowed_domains?: string[] | null;
}

/** Where the user roughly is. */
export interface WebSearchUserLocation {
  type?: 'approximate';
  city?: string | null;
  /** Two letters, ISO 3166-1. */
  country?: string | null;
  region?: string | null;
  /** IANA name, e.g. `America/Los_Angeles`. */
  timezone?: string | null;
}

export interface WebSearchOptions {
  filters?: WebSearchFilters | null;
  /** Default `medium`. */
  searchContextSize?: WebSearchContextSize | null;
  userLocation?: WebSearchUserLocation | null;
}

/** Looks things up on the web. https://platform.openai.com/docs/guides/tools-web-search */
export class WebSearch extends OpenAITool {
  readonly filters: WebSearchFilters | null | undefined;
  readonly searchContextSize: WebSearchContextSize | null;
  readonly userLocation: WebSearchUserLocation | null | undefined;

  constructor(options: WebSearchOptions = {}) {
    super({ id: 'openai_web_search' });
    this.filters = options.filters;
    this.searchContextSize = options.searchContextSize === undefined ? 'medium' : options.searchContextSize;
    this.userLocation = options.userLocation;
  }

  toToolConfig(): Record<string, unknown> {
    return given({
      type: 'web_search',
      search_context_size: this.searchContextSize,
      user_location: this.userLocation,
      filters: this.filters,
    });
  }
}

/** Compares one attribute of a file with a value. */
export interface FileSearchComparison {
  key: string;
  type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin';
  value: string | number | boolean | (string | number)[];
}

/** Joins comparisons. */
export interface FileSearchCompound {
  type: 'and' | 'or';
  /** Each a comparison or a compound. */
  filters: unknown[];
}

export interface FileSearchRankingOptions {
  /** Default `auto`. */
  ranker?: string;
  /** 0 to 1; closer to 1 returns only the most relevant. */
  score_threshold?: number;
  hybrid_search?: { embedding_weight: number; text_weight: number };
}

export interface FileSearchOptions {
  /** The vector stores to search. */
  vectorStoreIds?: string[];
  filters?: FileSearchComparison | FileSearchCompound | null;
  /** 1 to 50. */
  maxNumResults?: number;
  rankingOptions?: FileSearchRankingOptions;
}

/** Searches uploaded files. https://platform.openai.com/docs/guides/tools-file-search */
export class FileSearch extends OpenAITool {
  readonly vectorStoreIds: string[];
  readonly filters: FileSearchComparison | FileSearchCompound | null | undefined;
  readonly maxNumResults: number | undefined;
  readonly rankingOptions: FileSearchRankingOptions | undefined;

  constructor(options: FileSearchOptions = {}) {
    super({ id: 'openai_file_search' });
    this.vectorStoreIds = [...(options.vectorStoreIds ?? [])];
    this.filters = options.filters;
    this.maxNumResults = options.maxNumResults;
    this.rankingOptions = options.rankingOptions;
  }

  toToolConfig(): Record<string, unknown> {
    return given({
      type: 'file_search',
      vector_store_ids: this.vectorStoreIds,
      filters: this.filters,
      max_num_results: this.maxNumResults,
      ranking_options: this.rankingOptions,
    });
  }
}

/** The files and limits of a container that is made for the call. */
export interface CodeInterpreterContainer {
  type: 'auto';
  file_ids?: string[];
  memory_limit?: '1g' | '4g' | '16g' | '64g' | null;
  network_policy?: unknown;
}

export interface CodeInterpreterOptions {
  /** A container's id, or what a new one should hold. */
  container?: string | CodeInterpreterContainer | null;
}

/** Runs Python to work out an answer. https://platform.openai.com/docs/guides/tools-code-interpreter */
export class CodeInterpreter extends OpenAITool {
  readonly container: string | CodeInterpreterContainer | null;

  constructor(options: CodeInterpreterOptions = {}) {
    super({ id: 'openai_code_interpreter' });
    this.container = options.container ?? null;
  }

  toToolConfig(): Record<string, unknown> {
    // The API wants one; `auto` makes it for the call.
    return { type: 'code_interpreter', container: this.container ?? { type: 'auto' } };
  }
}

/** Some tools of an MCP server: by name, or those that only read. */
export interface MCPToolFilter {
  toolNames?: string[];
  /** Tools that the server annotates with `readOnlyHint`. */
  readOnly?: boolean;
}

export interface HostedMCPToolOptions {
  /** Names the server in calls and in `toolChoice`. */
  serverLabel: string;
  /** Where it is. One of `serverUrl`, `tunnelId` and `connectorId`. */
  serverUrl?: string;
  /** A Secure MCP Tunnel to it. */
  tunnelId?: string;
  /** A connector of the service, e.g. `connector_googlecalendar`. */
  connectorId?: string;
  serverDescription?: string;
  /** An OAuth access token for it. */
  authorization?: string;
  /** Sent to it. */
  headers?: Record<string, string>;
  /** Default: all it has. */
  allowedTools?: string[] | MCPToolFilter;
  /**
   * Which tools a person has to allow first. A caller on the phone cannot, so a reply that asks for it fails with an
   * error that says so. Default `never`, where the API's is `always`: trust the server, or narrow `allowedTools`.
   */
  requireApproval?: 'never' | 'always' | { never?: MCPToolFilter; always?: MCPToolFilter };
  /** Found by tool search when needed, instead of being listed at the start. */
  deferLoading?: boolean;
}

/**
 * Tools of a remote MCP server, which the service calls itself. (For servers that only your agent reaches, LiveKit's
 * own MCP client is the way.) https://developers.openai.com/api/docs/guides/tools-connectors-mcp
 */
export class HostedMCPTool extends OpenAITool {
  readonly serverLabel: string;
  readonly #options: HostedMCPToolOptions;

  /** @throws PatchbayError `invalid-option` unless exactly one of `serverUrl`, `tunnelId` and `connectorId` is given. */
  constructor(options: HostedMCPToolOptions) {
    checkObject('options', options);
    if (options.serverLabel === undefined) refuseOption('serverLabel', 'the name of the MCP server');
    checkName('serverLabel', options.serverLabel);
    const places = ['serverUrl', 'tunnelId', 'connectorId'] as const;
    for (const place of places) checkName(place, options[place]);
    if (places.filter((place) => options[place] !== undefined).length !== 1) {
      refuseOption('serverUrl', "the server's address, or left out for one of `tunnelId` and `connectorId`");
    }
    checkString('authorization', options.authorization);
    checkJson('headers', options.headers);
    super({ id: `openai_mcp_${options.serverLabel}` });
    this.serverLabel = options.serverLabel;
    this.#options = { ...options };
  }

  toToolConfig(): Record<string, unknown> {
    const { allowedTools, requireApproval = 'never', ...options } = this.#options;
    return given({
      type: 'mcp',
      server_label: options.serverLabel,
      server_url: options.serverUrl,
      tunnel_id: options.tunnelId,
      connector_id: options.connectorId,
      server_description: options.serverDescription,
      authorization: options.authorization,
      headers: options.headers,
      allowed_tools: Array.isArray(allowedTools) ? allowedTools : filterOf(allowedTools),
      require_approval:
        typeof requireApproval === 'string'
          ? requireApproval
          : given({ never: filterOf(requireApproval.never), always: filterOf(requireApproval.always) }),
      defer_loading: options.deferLoading,
    });
  }
}

function filterOf(filter: MCPToolFilter | undefined): Record<string, unknown> | undefined {
  return filter && given({ tool_names: filter.toolNames, read_only: filter.readOnly });
}

/** Without the keys that were not given: the API refuses an explicit `null`. */
function given(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value != null));
}
