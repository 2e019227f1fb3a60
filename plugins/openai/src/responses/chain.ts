import { createHash } from 'node:crypto';
import type { ResponseInputItem } from './input.ts';

/** What a finished response left behind on the server. */
export interface FinishedResponse {
  responseId: string;
  socketId: number;
  /** Where sockets have lanes: the one that it came from. */
  lane?: string | undefined;
  /** `false`: only its socket remembers it, and only until that socket (or its lane of it) serves the next one. */
  stored: boolean;
  /** The whole context that it answered. */
  input: readonly ResponseInputItem[];
  /** What it said, as it was handed to LiveKit. */
  text: string;
  calls: readonly { callId: string; args: string }[];
}

/** A way to say a turn in fewer words: continue `previousResponseId` with `input` only. */
export interface Continuation {
  previousResponseId: string;
  /** The socket that the response came from: the fastest one to continue it on. */
  socketId: number;
  /** `false`: the only socket that can. */
  stored: boolean;
  input: readonly ResponseInputItem[];
}

interface Link extends Omit<FinishedResponse, 'input'> {
  /** Without space around it. */
  text: string;
  length: number;
  digest: string;
}

/** More than the turns that can be under way on one model; each is a few hundred bytes. */
const MAX_LINKS = 16;

/**
 * The responses that later turns may continue by `previous_response_id`, found by content: a turn continues a response
 * if its context is that response's context, then that response's own output (which the server already has and which
 * is not sent again), then something new. So parallel turns, regenerated replies and several conversations on one
 * model never take each other's place, and a reply that an interruption cut short never matches: LiveKit keeps of
 * it what was heard, the server what was generated.
 *
 * https://developers.openai.com/api/docs/guides/websocket-mode
 */
export class ResponseChain {
  #links: Link[] = [];

  /** A response is finished. Its socket has forgotten the unstored one before it. */
  add(response: FinishedResponse): void {
    const { input, text, ...rest } = response;
    const digests = digestsOf(input);
    this.forgetSocket(response.socketId, response.lane);
    // A text that grew word by word is kept as its words until somebody looks into it; `trim` does.
    this.#links.push({ ...rest, text: text.trim(), length: input.length, digest: digests[input.length] ?? '' });
    if (this.#links.length > MAX_LINKS) this.#links.shift();
  }

  /** The server does not know it (any more). */
  forget(responseId: string): void {
    this.#links = this.#links.filter((link) => link.responseId !== responseId);
  }

  /** A turn on this socket failed: the service evicts what only the socket remembered. */
  forgetSocket(socketId: number, lane?: string): void {
    this.#links = this.#links.filter((link) => link.stored || link.socketId !== socketId || link.lane !== lane);
  }

  knows(responseId: string): boolean {
    return this.#links.some((link) => link.responseId === responseId);
  }

  /** Every response that a turn with this context continues: longest first, the newest among equals. */
  match(input: readonly ResponseInputItem[]): Continuation[] {
    if (this.#links.length === 0) return [];
    const digests = digestsOf(input);
    return this.#links
      .filter((link) => link.length < input.length && digests[link.length] === link.digest)
      .reverse()
      .sort((left, right) => right.length - left.length)
      .flatMap(({ responseId, socketId, stored, ...link }) => {
        const rest = restAfter(link, input.slice(link.length));
        return rest.length === 0 ? [] : [{ previousResponseId: responseId, socketId, stored, input: rest }];
      });
  }
}

/**
 * What remains of the tail once the response's own output is taken away; nothing if that is not how it begins.
 * LiveKit makes one message of all the text of a response, and may write each call next to its result.
 */
function restAfter(output: Pick<Link, 'text' | 'calls'>, tail: readonly ResponseInputItem[]): ResponseInputItem[] {
  const missing = new Map(output.calls.map((call) => [call.callId, call.args]));
  const rest: ResponseInputItem[] = [];
  let said = '';
  for (const [index, item] of tail.entries()) {
    const complete = missing.size === 0 && said.trim() === output.text;
    if (item.type === 'function_call_output') {
      rest.push(item);
    } else if (complete) {
      return [...rest, ...tail.slice(index)];
    } else if (item.type === 'function_call') {
      if (missing.get(item.call_id) !== item.arguments) return [];
      missing.delete(item.call_id);
    } else if (item.role === 'assistant' && typeof item.content === 'string') {
      said += item.content;
      if (!output.text.startsWith(said.trim())) return [];
    } else {
      return [];
    }
  }
  return missing.size === 0 && said.trim() === output.text ? rest : [];
}

/** Of an input that was matched, until its response is added. Nobody changes an input. */
const known = new WeakMap<readonly ResponseInputItem[], readonly string[]>();

/** `digests[n]` stands for the first n items, so that a long history costs one comparison. */
function digestsOf(input: readonly ResponseInputItem[]): readonly string[] {
  const once = known.get(input);
  if (once !== undefined) return once;
  const digests = [''];
  for (const item of input) {
    const before = digests[digests.length - 1] ?? '';
    digests.push(createHash('sha256').update(before).update(JSON.stringify(item)).digest('base64'));
  }
  known.set(input, digests);
  return digests;
}
