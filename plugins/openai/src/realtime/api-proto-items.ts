/** PCM as base64. */
export type AudioBase64Bytes = string;

export interface InputTextContent {
  type: 'input_text';
  text: string;
}

export interface InputAudioContent {
  type: 'input_audio';
  /** Not in what the service sends, unless the item was retrieved. */
  audio: AudioBase64Bytes;
  transcript?: string | null;
}

export interface InputImageContent {
  type: 'input_image';
  /** A data URL of a PNG or JPEG. */
  image_url: string;
  /** How closely the model looks. Default `auto`. */
  detail?: 'auto' | 'low' | 'high';
}

/** The preview API's name of {@link OutputTextContent}. */
export interface TextContent {
  type: 'text';
  text: string;
}

export interface OutputTextContent {
  type: 'output_text';
  text: string;
}

export interface AudioContent {
  /** `output_audio` in what the GA API sends. */
  type: 'audio';
  /** As with {@link InputAudioContent}. */
  audio: AudioBase64Bytes;
  transcript: string;
}

export type Content =
  InputTextContent | InputAudioContent | InputImageContent | TextContent | OutputTextContent | AudioContent;

export interface ContentPart {
  type: 'text' | 'audio' | 'output_text' | 'output_audio';
  audio?: AudioBase64Bytes;
  transcript?: string;
  text?: string;
}

export interface BaseItem {
  id: string;
  object: 'realtime.item';
  type: string;
  status?: 'completed' | 'incomplete' | 'in_progress';
}

export interface SystemItem extends BaseItem {
  type: 'message';
  role: 'system';
  /** A list on the wire; LiveKit's type has one part. */
  content: InputTextContent | InputTextContent[];
}

export interface UserItem extends BaseItem {
  type: 'message';
  role: 'user';
  content: (InputTextContent | InputAudioContent | InputImageContent)[];
}

export interface AssistantItem extends BaseItem {
  type: 'message';
  role: 'assistant';
  content: (TextContent | OutputTextContent | AudioContent)[];
}

export interface FunctionCallItem extends BaseItem {
  type: 'function_call';
  call_id: string;
  name: string;
  arguments: string;
}

export interface FunctionCallOutputItem extends BaseItem {
  type: 'function_call_output';
  call_id: string;
  output: string;
}

/** What an MCP server offers. */
export interface McpListToolsItem extends BaseItem {
  type: 'mcp_list_tools';
  server_label: string;
  tools?: { name: string; description?: string | null; input_schema?: unknown }[];
}

/** A tool of an MCP server that the service calls, and what came of it once it is done. */
export interface McpCallItem extends BaseItem {
  type: 'mcp_call';
  server_label: string;
  name: string;
  arguments: string;
  approval_request_id?: string | null;
  output?: string | null;
  error?: { type?: string; code?: number; message?: string | null } | null;
}

/** The service asks before it calls a tool. */
export interface McpApprovalRequestItem extends BaseItem {
  type: 'mcp_approval_request';
  server_label: string;
  name: string;
  arguments: string;
}

export interface McpApprovalResponseItem extends BaseItem {
  type: 'mcp_approval_response';
  approval_request_id: string;
  approve: boolean;
  reason?: string | null;
}

export type McpItem = McpListToolsItem | McpCallItem | McpApprovalRequestItem | McpApprovalResponseItem;

export type ItemResource = SystemItem | UserItem | AssistantItem | FunctionCallItem | FunctionCallOutputItem;

/** What an item may be where a session has MCP servers. Programs for LiveKit's plugin know no such items, so its events name {@link ItemResource}. */
export type AnyItemResource = ItemResource | McpItem;

/** An item as it is handed to the service. */
type Create<Item extends BaseItem> = Omit<Item, 'object' | 'status'>;

export interface SystemItemCreate extends Create<SystemItem> {
  content: InputTextContent[];
}

export type UserItemCreate = Create<UserItem>;

export interface AssistantItemCreate extends Create<AssistantItem> {
  content: (TextContent | OutputTextContent)[];
}

export type FunctionCallItemCreate = Create<FunctionCallItem>;
export type FunctionCallOutputItemCreate = Create<FunctionCallOutputItem>;
export type McpApprovalResponseItemCreate = Create<McpApprovalResponseItem>;

export type ConversationItemCreateContent =
  | SystemItemCreate
  | UserItemCreate
  | AssistantItemCreate
  | FunctionCallItemCreate
  | FunctionCallOutputItemCreate
  | McpApprovalResponseItemCreate;

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'cancelled' | 'failed' | (string & {});

/** Why a response is not complete. */
export type ResponseStatusDetails =
  | string
  | { type: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' | (string & {}) }
  | {
      type: 'failed';
      error?: { type?: string; code: 'server_error' | 'rate_limit_exceeded' | (string & {}); message: string };
    }
  | { type: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' | (string & {}) };

export interface ModelUsage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_token_details: {
    text_tokens: number;
    audio_tokens: number;
    image_tokens?: number;
    cached_tokens: number;
    cached_tokens_details: { text_tokens: number; audio_tokens: number; image_tokens: number };
  };
  output_token_details: { text_tokens: number; audio_tokens: number };
}

export interface ResponseResource {
  id: string;
  object: 'realtime.response';
  /** `null` for a response outside the conversation. */
  conversation_id?: string | null;
  status: ResponseStatus;
  status_details: ResponseStatusDetails;
  output: ItemResource[];
  usage?: ModelUsage;
  metadata?: Record<string, string>;
}
