import type { Rule } from '../realtime/schema.ts';

/*
 * What a client may send. https://developers.openai.com/api/docs/guides/live-conversations, openai-node 7.57.
 * Not served: fixtures (`session.output_audio.fixture.play`), Decisions, SIP tones. They are refused as unknown events.
 */

/** Accepted by the service on 2026-09-10 (aplisay/llm-agent#306), and those its SDK and guide have added since. */
const VOICES = [
  ...['alloy', 'ash', 'ballad', 'beacon', 'bossa', 'brise', 'cedar', 'cinder', 'coral', 'delta', 'echo', 'flitz'],
  ...['gleam', 'harema', 'juni', 'marin', 'meridian', 'nira', 'noeul', 'nuri', 'quartz', 'ripple', 'sage', 'shida'],
  ...['shimmer', 'sillage', 'stone', 'tempo', 'verse', 'vesper', 'willow'],
];

/** Named by LiveKit as well; no page of the service lists it. */
export const knownVoices: ReadonlySet<string> = new Set([...VOICES, 'aster']);

const string: Rule = { type: 'string' };
const boolean: Rule = { type: 'boolean' };
const any: Rule = { type: 'any' };
const text: Rule = { type: 'string', or: [null] };

const part: Rule = {
  type: 'object',
  fields: { type: { type: 'string', values: ['input_text', 'output_text', 'text'] }, text: string },
  required: ['text'],
};

const message: Rule = {
  type: 'object',
  fields: {
    type: { type: 'string', values: ['message'] },
    role: { type: 'string', values: ['developer', 'user', 'assistant'] },
    content: { type: 'array', items: part },
    id: text,
    status: text,
  },
  required: ['role', 'content'],
};

const format: Rule = {
  type: 'object',
  fields: {
    type: { type: 'string', values: ['audio/pcm', 'audio/pcmu', 'audio/pcma'] },
    rate: { type: 'integer', minimum: 8_000, maximum: 24_000 },
  },
  required: ['type'],
};

const audio: Rule = {
  type: 'object',
  fields: {
    format,
    output: { type: 'object', fields: { voice: { type: 'string', orObject: { id: string } } } },
  },
};

/** The fields that reach the backend's requests. An unknown one is refused, as everywhere in the configuration. */
const responses: Rule = {
  type: 'object',
  fields: {
    model: string,
    instructions: text,
    max_output_tokens: { type: 'integer', or: [null], minimum: 16 },
    parallel_tool_calls: { type: 'boolean', or: [null] },
    reasoning: { type: 'object', or: [null] },
    service_tier: text,
    text: { type: 'object', or: [null] },
    tool_choice: any,
    tools: { type: 'array', items: { type: 'object' } },
  },
};

const delegation: Rule = {
  type: 'object',
  or: [null],
  fields: {
    type: { type: 'string', values: ['client', 'responses'] },
    responses,
    acknowledgement_delay_ms: { type: 'integer', minimum: 0 },
  },
  required: ['type'],
};

export const startFields: Rule = {
  type: 'object',
  fields: {
    model: string,
    instructions: text,
    input: { type: 'array', items: message },
    audio,
    delegation,
    store: boolean,
    safety_identifier: text,
  },
  required: ['model'],
};

/** A fork inherits everything else: another model is an unknown parameter. */
export const forkFields: Rule = {
  type: 'object',
  fields: { audio: { type: 'object', fields: { format } }, delegation, store: boolean },
};

const updateFields: Rule = { type: 'object', fields: { delegation } };

function event(fields: Readonly<Record<string, Rule>> = {}, required: readonly string[] = []): Rule {
  return { type: 'object', fields: { type: string, event_id: text, ...fields }, required };
}

const append: Rule = event({ content: string, delegation_id: text }, ['content', 'delegation_id']);

/** In the order in which the service lists them when it refuses another one (MemberJunction/MJ#4397). */
export const clientEvents: Readonly<Record<string, Rule>> = {
  'session.start': event({ session: { type: 'object' } }, ['session']),
  'session.update': event({ session: updateFields }, ['session']),
  'session.input_audio.append': event({ audio: string }, ['audio']),
  'session.input_audio.mute': event(),
  'session.input_audio.unmute': event(),
  'session.instructions.append': append,
  'session.thinking.append': append,
  'session.commentary.append': append,
  'response.item.create': event({ item: { type: 'object' } }, ['item']),
  'response.create': event(),
  'session.close': event(),
};

/** What somebody who listens beside the line may not do: it has no audio, and has nothing to start. */
export const primaryOnly: ReadonlySet<string> = new Set(['session.start', 'session.input_audio.append']);
