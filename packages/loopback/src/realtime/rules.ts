import type { Rule } from './schema.ts';

/*
 * What a client may send. https://developers.openai.com/api/reference/resources/realtime/client-events
 * The beta API's flat fields (`session.modalities`, `session.input_audio_format` …) are unknown parameters now.
 */

export const VOICES = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
] as const;

const string: Rule = { type: 'string' };
const boolean: Rule = { type: 'boolean' };
const object: Rule = { type: 'object' };
const any: Rule = { type: 'any' };

const format: Rule = {
  type: 'object',
  fields: {
    type: { type: 'string', values: ['audio/pcm', 'audio/pcmu', 'audio/pcma'] },
    rate: { type: 'integer', minimum: 24_000, maximum: 24_000 },
  },
  required: ['type'],
};

const transcription: Rule = {
  type: 'object',
  or: [null],
  fields: {
    model: string,
    language: { type: 'string', or: [null] },
    languages: { type: 'array', items: string },
    keywords: { type: 'array', items: string },
    prompt: { type: 'string', or: [null] },
    delay: { type: 'string', values: ['minimal', 'low', 'medium', 'high', 'xhigh'] },
  },
};

const noiseReduction: Rule = {
  type: 'object',
  or: [null],
  fields: {
    type: { type: 'string', values: ['near_field', 'far_field'] },
    strength: { type: 'number', minimum: 0 },
  },
};

const turnDetection: Rule = {
  type: 'object',
  or: [null],
  fields: {
    type: { type: 'string', values: ['server_vad', 'semantic_vad'] },
    threshold: { type: 'number', minimum: 0, maximum: 1 },
    prefix_padding_ms: { type: 'integer', minimum: 0 },
    silence_duration_ms: { type: 'integer', minimum: 0 },
    idle_timeout_ms: { type: 'integer', or: [null], minimum: 5_000, maximum: 30_000 },
    create_response: boolean,
    interrupt_response: boolean,
    eagerness: { type: 'string', values: ['low', 'medium', 'high', 'auto'] },
  },
  required: ['type'],
};

const inputAudio: Rule = {
  type: 'object',
  fields: { format, transcription, noise_reduction: noiseReduction, turn_detection: turnDetection },
};

const voice: Rule = { type: 'string', values: VOICES, orObject: { id: string } };

const tool: Rule = {
  type: 'object',
  fields: {
    type: { type: 'string', values: ['function', 'mcp'] },
    name: { type: 'string', maxLength: 64 },
    description: string,
    parameters: any,
    server_label: string,
    server_url: string,
    server_description: string,
    tunnel_id: string,
    connector_id: string,
    authorization: string,
    headers: any,
    allowed_tools: any,
    allowed_callers: any,
    require_approval: any,
    defer_loading: boolean,
  },
  required: ['type'],
};

const modalities: Rule = { type: 'array', items: { type: 'string', values: ['text', 'audio'] } };
const maxOutputTokens: Rule = { type: 'integer', or: ['inf'], minimum: 1, maximum: 4_096 };
const toolChoice: Rule = {
  type: 'string',
  values: ['none', 'auto', 'required'],
  orObject: { type: string, name: string, server_label: string },
};
const reasoning: Rule = {
  type: 'object',
  fields: { effort: { type: 'string', values: ['minimal', 'low', 'medium', 'high', 'xhigh'] } },
};
const include: Rule = {
  type: 'array',
  or: [null],
  items: { type: 'string', values: ['item.input_audio_transcription.logprobs'] },
};

export const realtimeSession: Rule = {
  type: 'object',
  fields: {
    type: string,
    model: string,
    output_modalities: modalities,
    instructions: string,
    tools: { type: 'array', items: tool },
    tool_choice: toolChoice,
    max_output_tokens: maxOutputTokens,
    tracing: any,
    truncation: any,
    prompt: any,
    include,
    reasoning,
    parallel_tool_calls: boolean,
    audio: {
      type: 'object',
      fields: {
        input: inputAudio,
        output: { type: 'object', fields: { format, voice, speed: { type: 'number', minimum: 0.25, maximum: 1.5 } } },
      },
    },
  },
};

export const transcriptionSession: Rule = {
  type: 'object',
  fields: { type: string, include, audio: { type: 'object', fields: { input: inputAudio } } },
};

/** `response` of `response.create`. */
export const responseParameters: Rule = {
  type: 'object',
  or: [null],
  fields: {
    conversation: { type: 'string', values: ['auto', 'none'] },
    input: { type: 'array', items: object },
    instructions: string,
    output_modalities: modalities,
    tools: { type: 'array', items: tool },
    tool_choice: toolChoice,
    max_output_tokens: maxOutputTokens,
    metadata: { type: 'object', or: [null] },
    parallel_tool_calls: boolean,
    prompt: any,
    reasoning,
    audio: { type: 'object', fields: { output: { type: 'object', fields: { format, voice } } } },
  },
};

const messageContent: Rule = {
  type: 'object',
  fields: {
    type: string,
    text: string,
    audio: string,
    transcript: { type: 'string', or: [null] },
    image_url: string,
    detail: { type: 'string', values: ['auto', 'low', 'high'] },
  },
  required: ['type'],
};

const itemHead: Readonly<Record<string, Rule>> = {
  id: { type: 'string', maxLength: 32 },
  object: { type: 'string', values: ['realtime.item'] },
  type: string,
  status: { type: 'string', values: ['completed', 'incomplete', 'in_progress'] },
};

/** Items a client may create, by their `type`. */
export const items: Readonly<Record<string, Rule>> = {
  message: {
    type: 'object',
    fields: {
      ...itemHead,
      role: { type: 'string', values: ['user', 'assistant', 'system'] },
      content: { type: 'array', items: messageContent },
    },
    required: ['role', 'content'],
  },
  function_call: {
    type: 'object',
    fields: { ...itemHead, name: string, call_id: string, arguments: string },
    required: ['name', 'arguments'],
  },
  function_call_output: {
    type: 'object',
    fields: { ...itemHead, call_id: string, output: string },
    required: ['call_id', 'output'],
  },
  mcp_approval_response: {
    type: 'object',
    fields: { ...itemHead, approval_request_id: string, approve: boolean, reason: { type: 'string', or: [null] } },
    required: ['approval_request_id', 'approve'],
  },
};

/** Content that a message of each role may have. */
export const contentTypes: Readonly<Record<'user' | 'assistant' | 'system', readonly string[]>> = {
  user: ['input_text', 'input_audio', 'input_image'],
  assistant: ['output_text', 'output_audio'],
  system: ['input_text'],
};

const head: Readonly<Record<string, Rule>> = { type: string, event_id: { type: 'string', maxLength: 512 } };
const event = (fields: Readonly<Record<string, Rule>> = {}, required: readonly string[] = []): Rule => ({
  type: 'object',
  fields: { ...head, ...fields },
  required,
});

/** Events a client may send, by their `type`. The order is that of the service's own list. */
export const clientEvents: Readonly<Record<string, Rule>> = {
  'session.update': event({ session: object }, ['session']),
  'input_audio_buffer.append': event({ audio: string }, ['audio']),
  'input_audio_buffer.commit': event(),
  'input_audio_buffer.clear': event(),
  'conversation.item.create': event({ item: object, previous_item_id: { type: 'string', or: [null] } }, ['item']),
  'conversation.item.truncate': event(
    { item_id: string, content_index: { type: 'integer', minimum: 0 }, audio_end_ms: { type: 'integer', minimum: 0 } },
    ['item_id', 'content_index', 'audio_end_ms'],
  ),
  'conversation.item.delete': event({ item_id: string }, ['item_id']),
  'conversation.item.retrieve': event({ item_id: string }, ['item_id']),
  'response.create': event({ response: { type: 'object', or: [null] } }),
  'response.cancel': event({ response_id: string }),
};
