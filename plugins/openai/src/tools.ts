import { llm } from '@livekit/agents';

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
  filters: (FileSearchComparison | FileSearchCompound)[];
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

/** Without the keys that were not given: the API refuses an explicit `null`. */
function given(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value != null));
}
