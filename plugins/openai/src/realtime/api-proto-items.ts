/** PCM as base64. */
export type AudioBase64Bytes = string;

export interface InputTextContent {
  type: 'input_text';
  text: string;
}

export interface InputAudioContent {
  type: 'input_audio';
  audio?: AudioBase64Bytes;
  transcript?: string | null;
}

export interface InputImageContent {
  type: 'input_image';
  /** A data URL of a PNG or JPEG. */
  image_url: string;
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
  type: 'audio' | 'output_audio';
  audio?: AudioBase64Bytes;
  transcript?: string | null;
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
  object?: 'realtime.item';
  status?: 'completed' | 'incomplete' | 'in_progress';
}

export interface SystemItem extends BaseItem {
  type: 'message';
  role: 'system';
  content: InputTextContent[];
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

export type ItemResource = SystemItem | UserItem | AssistantItem | FunctionCallItem | FunctionCallOutputItem;

export type SystemItemCreate = SystemItem;
export type UserItemCreate = UserItem;
export type AssistantItemCreate = AssistantItem;
export type FunctionCallItemCreate = FunctionCallItem;
export type FunctionCallOutputItemCreate = FunctionCallOutputItem;
export type ConversationItemCreateContent = ItemResource;

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'cancelled' | 'failed' | (string & {});

/** Why a response is not complete. The service's own types let every part of it be absent. */
export type ResponseStatusDetails =
  | string
  | {
      type?: 'completed' | 'incomplete' | 'failed' | 'cancelled' | (string & {});
      reason?: 'turn_detected' | 'client_cancelled' | 'max_output_tokens' | 'content_filter' | (string & {});
      error?: { type?: string; code?: string | null; message?: string | null } | null;
    };

export interface ModelUsage {
  total_tokens?: number;
  input_tokens?: number;
  output_tokens?: number;
  input_token_details?: {
    text_tokens?: number;
    audio_tokens?: number;
    image_tokens?: number;
    cached_tokens?: number;
    cached_tokens_details?: { text_tokens?: number; audio_tokens?: number; image_tokens?: number } | null;
  } | null;
  output_token_details?: { text_tokens?: number; audio_tokens?: number } | null;
}

export interface ResponseResource {
  id: string;
  object?: 'realtime.response';
  /** `null` for a response outside the conversation. */
  conversation_id?: string | null;
  status?: ResponseStatus;
  status_details?: ResponseStatusDetails | null;
  output?: ItemResource[];
  usage?: ModelUsage | null;
  metadata?: Record<string, string> | null;
}
