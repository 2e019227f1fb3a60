import type { Turn } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import type { AssistantContent, Item, UserContent } from './events.ts';

/** Audio is kept for `conversation.item.retrieve`, of so many items. */
const ITEMS_WITH_AUDIO = 10;

/** One word of spoken output and where it stands in the audio. */
export interface SpokenWord {
  text: string;
  startMs: number;
  endMs: number;
}

/** An item and what the service knows about it beyond what it shows. */
export interface Entry {
  item: Item;
  /** What the user said, once it is known. */
  heard?: Promise<string>;
  /** What the assistant said, as far as its audio was sent. Only speech has it. */
  spoken?: SpokenWord[];
  /** The client said that no more than this was heard. */
  truncatedMs?: number;
  /** Length of the audio. */
  audioMs: number;
  /** In the session's format. */
  audio?: Buffer;
}

/** The default conversation of a session: items in order. */
export class Conversation {
  readonly id: string;
  readonly #entries: Entry[] = [];

  constructor(id: string) {
    this.id = id;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lastId(): string | null {
    return this.#entries.at(-1)?.item.id ?? null;
  }

  /** What an item stands behind. */
  previousId(itemId: string): string | null {
    const index = this.#entries.findIndex(({ item }) => item.id === itemId);
    return this.#entries[index - 1]?.item.id ?? null;
  }

  find(itemId: string): Entry | undefined {
    return this.#entries.find(({ item }) => item.id === itemId);
  }

  /** The entry, or the complaint of an operation (`delete`, `truncate`, `retrieve`) that cannot do without. */
  get(itemId: string, operation: { verb: string; code: string }): Entry {
    const entry = this.find(itemId);
    if (entry) return entry;
    throw invalidRequest(`Error ${operation.verb} item: the item with id '${itemId}' does not exist.`, {
      code: operation.code,
      param: 'item_id',
    });
  }

  /** Adds an entry after another one: the last by default, `root` for the beginning. Returns the id it stands behind. */
  insert(entry: Entry, after: string | null = this.lastId): string | null {
    const index = after === null || after === 'root' ? -1 : this.#entries.findIndex(({ item }) => item.id === after);
    if (index < 0 && after !== null && after !== 'root') {
      throw invalidRequest(`Error adding item: the previous item with id '${after}' does not exist.`, {
        code: 'item_create_invalid_previous_item_id',
        param: 'previous_item_id',
      });
    }
    this.#entries.splice(index + 1, 0, entry);
    const withAudio = this.#entries.filter(({ audio }) => audio);
    for (const old of withAudio.slice(0, -ITEMS_WITH_AUDIO)) delete old.audio;
    return this.#entries[index]?.item.id ?? null;
  }

  remove(itemId: string): void {
    this.get(itemId, { verb: 'deleting', code: 'item_delete_invalid_item_id' });
    this.#entries.splice(
      this.#entries.findIndex(({ item }) => item.id === itemId),
      1,
    );
  }

  /** Forgets the audio after `endMs` and the transcript with it: what was not heard was not said. */
  truncate(itemId: string, endMs: number): void {
    const entry = this.get(itemId, { verb: 'truncating', code: 'item_truncate_invalid_item_id' });
    if (!entry.spoken) {
      throw invalidRequest('Only model output audio messages can be truncated', {
        code: 'invalid_value',
        param: 'item_id',
      });
    }
    if (endMs > entry.audioMs) {
      throw invalidRequest(`Audio content of ${entry.audioMs}ms is already shorter than ${endMs}ms`, {
        code: 'invalid_value',
      });
    }
    entry.truncatedMs = endMs;
    entry.spoken = entry.spoken.filter((word) => word.endMs <= endMs);
    applyTruncation(entry);
  }
}

/** Takes out of a spoken item what was not heard; one that is still being produced is treated when it ends. */
export function applyTruncation(entry: Entry): void {
  const { item, audio, audioMs, truncatedMs } = entry;
  if (truncatedMs === undefined || !audio || item.type !== 'message') return;
  entry.audio = audio.subarray(0, Math.floor((audio.length * truncatedMs) / audioMs) & ~1);
  entry.audioMs = truncatedMs;
  for (const part of item.content) if (part.type === 'output_audio') delete part.transcript;
}

/** The conversation as the mind sees it. Waits for what was said last to be understood. */
export async function turnsOf(entries: readonly Entry[]): Promise<Turn[]> {
  const turns = await Promise.all(entries.map(turnOf));
  return turns.filter((turn) => turn !== undefined);
}

async function turnOf({ item, heard, spoken }: Entry): Promise<Turn | undefined> {
  if (item.type === 'function_call_output') return { role: 'tool', text: item.output };
  if (item.type === 'mcp_call' && (item.output !== null || item.error)) {
    return { role: 'tool', text: item.output ?? `Error: ${item.error?.message}` };
  }
  if (item.type === 'mcp_approval_response' && !item.approve)
    return { role: 'tool', text: 'The call was not approved.' };
  if (item.type !== 'message') return undefined;
  if (spoken) return { role: 'assistant', text: spoken.map((word) => word.text).join('') };
  const texts = item.content.map((part) => textOf(part));
  return { role: item.role, text: [...texts, (await heard) ?? ''].filter(Boolean).join(' ') };
}

function textOf(part: UserContent | AssistantContent): string {
  if (part.type === 'input_text' || part.type === 'output_text') return part.text;
  if (part.type === 'output_audio') return part.transcript ?? '';
  return '';
}

/** An item as events show it: without its audio. */
export function withoutAudio(item: Item): Item {
  const copy = structuredClone(item);
  if (copy.type === 'message') for (const part of copy.content) if ('audio' in part) delete part.audio;
  return copy;
}

/** An item as `retrieve` shows it: with its audio. */
export function withAudio({ item, audio }: Entry): Item {
  const copy = structuredClone(item);
  if (!audio || copy.type !== 'message') return copy;
  for (const part of copy.content) {
    if (part.type === 'input_audio' || part.type === 'output_audio') part.audio = audio.toString('base64');
  }
  return copy;
}
