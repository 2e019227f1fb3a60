import { arrayOf, isObject, objectOf, parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Relay } from '../relay.ts';

/*
 * The preview of the Realtime API, which dated versions of Azure OpenAI speak, in front of a service that speaks GA.
 * https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-preview-api-migration-guide;
 * the shapes are those of openai-node 6, resources/beta/realtime.
 */

/** Renames and nests; what maps to `undefined` is not known to GA and left out. */
type Renaming = Readonly<Record<string, ((value: unknown) => JsonObject) | undefined>>;

const formats: ReadonlyMap<unknown, unknown> = new Map([
  ['pcm16', { type: 'audio/pcm', rate: 24_000 }],
  ['g711_ulaw', { type: 'audio/pcmu' }],
  ['g711_alaw', { type: 'audio/pcma' }],
]);
const format = (value: unknown): unknown => formats.get(value) ?? value;
const input = (name: string) => (value: unknown) => ({ audio: { input: { [name]: value } } });
const output = (name: string) => (value: unknown) => ({ audio: { output: { [name]: value } } });
const same = (name: string) => (value: unknown) => ({ [name]: value });

const inputAudio: Renaming = {
  input_audio_format: (value) => input('format')(format(value)),
  input_audio_noise_reduction: input('noise_reduction'),
  input_audio_transcription: input('transcription'),
  turn_detection: input('turn_detection'),
};

const reply: Renaming = {
  instructions: same('instructions'),
  max_response_output_tokens: same('max_output_tokens'),
  modalities: (value) => ({ output_modalities: [arrayOf(value).includes('audio') ? 'audio' : 'text'] }),
  output_audio_format: (value) => output('format')(format(value)),
  temperature: undefined,
  tool_choice: same('tool_choice'),
  tools: same('tools'),
  voice: output('voice'),
};

const session: Renaming = {
  ...inputAudio,
  ...reply,
  client_secret: undefined,
  model: same('model'),
  speed: output('speed'),
  tracing: same('tracing'),
};

const transcriptionSession: Renaming = {
  ...inputAudio,
  client_secret: undefined,
  include: same('include'),
  modalities: undefined,
};

const response: Renaming = {
  ...reply,
  conversation: same('conversation'),
  input: (value) => ({ input: arrayOf(value).map((item) => withContent(item, toGeneral)) }),
  metadata: same('metadata'),
};

/** A client's event as GA has it. What the preview does not know is complained about, and goes no further. */
export function previewUp(text: string, relay: Relay): string | undefined {
  const event = parseObject(text);
  if (!event) return text;
  try {
    return JSON.stringify(generalEvent(event));
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    const { message, code, param } = error;
    const eventId = event.event_id ?? null;
    relay.sendEvent({
      type: 'error',
      error: { type: 'invalid_request_error', code, message, param, event_id: eventId },
    });
    return undefined;
  }
}

function generalEvent(event: JsonObject): JsonObject {
  switch (event.type) {
    case 'session.update':
      return { ...event, session: { type: 'realtime', ...renamed(event.session, session, 'session') } };
    case 'transcription_session.update':
      return {
        ...event,
        type: 'session.update',
        session: { type: 'transcription', ...renamed(event.session, transcriptionSession, 'session') },
      };
    case 'conversation.item.create':
      return { ...event, item: withContent(event.item, toGeneral) };
    case 'response.create':
      return { ...event, response: renamed(event.response, response, 'response') };
    default:
      return event;
  }
}

/** A service's event as the preview has it; `undefined`: the preview has none. */
export function previewDown(text: string, transcription: boolean): string | undefined {
  const event = parseObject(text);
  if (!event) return text;
  const type = stringOf(event.type) ?? '';
  if (type === 'conversation.item.done') return undefined;
  const name =
    transcription && type === 'session.updated' ? 'transcription_session.updated' : (ownOf(names, type) ?? type);
  return JSON.stringify({
    ...event,
    type: name,
    ...(isObject(event.session) ? { session: flat(event.session) } : {}),
    ...(isObject(event.item) ? { item: withContent(event.item, toPreview) } : {}),
    ...(isObject(event.response) ? { response: previewResponse(event.response) } : {}),
  });
}

const names: Readonly<Record<string, string>> = {
  'conversation.item.added': 'conversation.item.created',
  'response.output_text.delta': 'response.text.delta',
  'response.output_text.done': 'response.text.done',
  'response.output_audio.delta': 'response.audio.delta',
  'response.output_audio.done': 'response.audio.done',
  'response.output_audio_transcript.delta': 'response.audio_transcript.delta',
  'response.output_audio_transcript.done': 'response.audio_transcript.done',
};

function previewResponse(general: JsonObject): JsonObject {
  const { output: items, output_modalities: _modalities, max_output_tokens: _tokens, audio: _audio, ...rest } = general;
  const { voice, output_audio_format, modalities, max_response_output_tokens } = flat(general);
  return {
    ...rest,
    output: arrayOf(items).map((item) => withContent(item, toPreview)),
    ...{ voice, output_audio_format, modalities, max_response_output_tokens },
  };
}

/** Settings of a session or a response, without their nesting. */
function flat(general: JsonObject): JsonObject {
  const { audio, type: _type, output_modalities: modalities, max_output_tokens: tokens, ...rest } = general;
  const { input: heard, output: spoken } = objectOf(audio);
  const { format: inFormat, transcription, noise_reduction, turn_detection } = objectOf(heard);
  const { format: outFormat, voice, speed } = objectOf(spoken);
  return {
    ...rest,
    modalities: arrayOf(modalities).includes('audio') ? ['text', 'audio'] : modalities,
    input_audio_format: inFormat && formatName(inFormat),
    input_audio_transcription: transcription,
    input_audio_noise_reduction: noise_reduction,
    turn_detection,
    output_audio_format: outFormat && formatName(outFormat),
    voice,
    speed,
    max_response_output_tokens: tokens,
  };
}

function formatName(value: unknown): string {
  const { type } = objectOf(value);
  return type === 'audio/pcmu' ? 'g711_ulaw' : type === 'audio/pcma' ? 'g711_alaw' : 'pcm16';
}

const toPreview: Readonly<Record<string, string>> = { output_text: 'text', output_audio: 'audio' };
const toGeneral: Readonly<Record<string, string>> = { text: 'output_text', audio: 'output_audio' };

/** An item with the other API's names of its parts. The preview's own reader knows no `output_text`. */
function withContent(item: unknown, parts: Readonly<Record<string, string>>): JsonObject {
  const { content, ...rest } = objectOf(item);
  if (!Array.isArray(content)) return objectOf(item);
  const renamedParts = content.map((part: unknown, index) => {
    const type = stringOf(objectOf(part).type) ?? '';
    if (parts === toGeneral && Object.hasOwn(toPreview, type)) {
      const values = "'input_text', 'input_audio', 'item_reference', and 'text'";
      const message = `Invalid value: '${type}'. Supported values are: ${values}.`;
      throw new Complaint(message, 'invalid_value', `item.content[${index}].type`);
    }
    return { ...objectOf(part), type: ownOf(parts, type) ?? type };
  });
  return { ...rest, content: renamedParts };
}

function renamed(value: unknown, renaming: Renaming, path: string): JsonObject {
  let general: JsonObject = {};
  for (const [name, member] of Object.entries(objectOf(value))) {
    if (!Object.hasOwn(renaming, name)) {
      const param = `${path}.${name}`;
      throw new Complaint(`Unknown parameter: '${param}'.`, 'unknown_parameter', param);
    }
    general = merged(general, renaming[name]?.(member) ?? {});
  }
  return general;
}

function merged(one: JsonObject, other: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = result[name];
    result[name] = isObject(before) && isObject(value) ? merged(before, value) : value;
  }
  return result;
}

/** A name's own value: `constructor` is a name like any other. */
function ownOf(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

class Complaint extends Error {
  readonly code: string;
  readonly param: string;

  constructor(message: string, code: string, param: string) {
    super(message);
    this.code = code;
    this.param = param;
  }
}
