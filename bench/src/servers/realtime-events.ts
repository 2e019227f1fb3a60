import { frameOf } from './frames.ts';

export const bytesPerMs = 48;

/** Ids have one width, so that a frame that is made beforehand takes any of them. */
const blank = '00000000';

const usage = {
  total_tokens: 2,
  input_tokens: 1,
  output_tokens: 1,
  input_token_details: { cached_tokens: 0, text_tokens: 0, audio_tokens: 1 },
  output_token_details: { text_tokens: 0, audio_tokens: 1 },
};

/** A reply made beforehand: only its ids, and the name of the request, are written when it is sent. */
export class ReplyFrames {
  readonly #start: readonly object[];
  readonly #delta: Buffer;
  readonly #idsAt: readonly number[];
  readonly #end: readonly object[];
  readonly deltas: number;

  constructor(milliseconds: number, deltaMs: number) {
    const ids = { response_id: `resp_${blank}`, item_id: `item_${blank}`, output_index: 0, content_index: 0 };
    const item = { id: ids.item_id, object: 'realtime.item', type: 'message', role: 'assistant' };
    const part = { type: 'audio', transcript: '' };
    this.deltas = Math.round(milliseconds / deltaMs);
    this.#start = [
      { type: 'response.output_item.added', ...ids, item: { ...item, status: 'in_progress', content: [] } },
      {
        type: 'conversation.item.added',
        previous_item_id: null,
        item: { ...item, status: 'in_progress', content: [] },
      },
      { type: 'response.content_part.added', ...ids, part },
    ];
    const delta = noise(deltaMs * bytesPerMs).toString('base64');
    this.#delta = frameOf(JSON.stringify({ type: 'response.output_audio.delta', event_id: 'event_1', ...ids, delta }));
    this.#idsAt = placesOf(this.#delta);
    this.#end = [
      { type: 'response.output_audio.done', ...ids },
      { type: 'response.content_part.done', ...ids, part },
      { type: 'response.output_item.done', ...ids, item: { ...item, status: 'completed', content: [part] } },
    ];
  }

  first(id: string, metadata: unknown): Buffer[] {
    const response = { id: `resp_${id}`, object: 'realtime.response', status: 'in_progress', output: [], metadata };
    return [frameOf(JSON.stringify({ type: 'response.created', response })), ...framesOf(this.#start, id)];
  }

  delta(id: string): Buffer {
    const frame = Buffer.from(this.#delta);
    for (const at of this.#idsAt) frame.write(id, at, 'latin1');
    return frame;
  }

  last(id: string): Buffer[] {
    const response = { id: `resp_${id}`, object: 'realtime.response', status: 'completed', output: [], usage };
    return [...framesOf(this.#end, id), frameOf(JSON.stringify({ type: 'response.done', response }))];
  }
}

/** A caller's turn, from its first sound to its transcript. */
export function turnFrames(id: string, endMs: number): Buffer[] {
  const item_id = `item_${id}`;
  const item = { id: item_id, object: 'realtime.item', type: 'message', role: 'user', status: 'completed' };
  const content = [{ type: 'input_audio', transcript: null }];
  const transcript = 'what the caller said';
  const transcription = 'conversation.item.input_audio_transcription';
  return framesOf(
    [
      { type: 'input_audio_buffer.speech_started', audio_start_ms: Math.max(0, endMs - 9_000), item_id },
      { type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id },
      { type: 'input_audio_buffer.committed', previous_item_id: null, item_id },
      { type: 'conversation.item.added', previous_item_id: null, item: { ...item, content } },
      { type: `${transcription}.delta`, item_id, content_index: 0, delta: transcript },
      {
        type: `${transcription}.completed`,
        item_id,
        content_index: 0,
        transcript,
        usage: { type: 'duration', seconds: 9 },
      },
    ],
    id,
  );
}

function framesOf(events: readonly object[], id: string): Buffer[] {
  return events.map((event) => frameOf(JSON.stringify({ event_id: 'event_1', ...event }).replaceAll(blank, id)));
}

function placesOf(frame: Buffer): number[] {
  const places: number[] = [];
  for (let at = frame.indexOf(`_${blank}`); at >= 0; at = frame.indexOf(`_${blank}`, at + 1)) places.push(at + 1);
  return places;
}

/** Sound that no codec finds easy, the same each time. */
function noise(bytes: number): Buffer {
  const sound = Buffer.alloc(bytes);
  for (let at = 0, seed = 1; at + 1 < bytes; at += 2) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    sound.writeInt16LE((seed >> 16) - 16_384, at);
  }
  return sound;
}
