import type { Cloud, Turn } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { arrayOf, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { emptyContext } from '../responses/items.ts';
import type { RememberedResponse } from '../responses/memory.ts';
import { prepareResponse, runResponse } from '../responses/run.ts';
import type { ResponsesSettings, Send } from './events.ts';

export interface BackendParts {
  cloud: Cloud;
  send: Send;
  settings(): ResponsesSettings;
  /** A response has said something: the voice model passes it on. */
  tell(text: string): void;
}

interface Job {
  delegationId: string | null;
  input: readonly JsonObject[];
}

/**
 * The Responses model that the service runs for a session: one chain of responses. What is asked while one runs, or
 * while a call is open, waits. As observed by livekit/agents#7266; which codes a misplaced output gets is a guess.
 */
export class Backend {
  readonly #parts: BackendParts;
  readonly #gone = new AbortController();
  readonly #waiting: Job[] = [];
  #previous: RememberedResponse = { id: '', context: emptyContext, object: {} };
  #running = false;
  /** Calls of the last response that have no output. */
  readonly #open = new Set<string>();
  #outputs: JsonObject[] = [];
  #delegationId: string | null = null;

  constructor(parts: BackendParts) {
    this.#parts = parts;
  }

  /** The voice model hands over. */
  delegate(delegationId: string, turns: readonly Turn[]): void {
    const input = turns.map(({ role, text }) => ({
      type: 'message',
      role: role === 'tool' ? 'developer' : role,
      content: text,
    }));
    this.#waiting.push({ delegationId, input });
    this.#next();
  }

  addItem(item: JsonObject): void {
    if (item.type === 'function_call_output') {
      const callId = stringOf(item.call_id) ?? '';
      if (!this.#open.delete(callId)) {
        throw invalidRequest(`No tool call found for function call output with call_id ${callId}.`, {
          code: 'invalid_value',
          param: 'item.call_id',
        });
      }
    }
    this.#outputs.push(item);
  }

  create(): void {
    if (this.#running) {
      throw invalidRequest('A response is already in progress.', { code: 'response_already_in_progress' });
    }
    if (this.#open.size > 0) {
      throw invalidRequest(
        `Submit the pending function call outputs before response.create. Missing: ${[...this.#open].join(', ')}.`,
        { code: 'function_call_outputs_required' },
      );
    }
    const input = this.#outputs;
    this.#outputs = [];
    void this.#run({ delegationId: this.#delegationId, input });
  }

  close(): void {
    this.#gone.abort();
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#running || this.#open.size > 0 || this.#outputs.length > 0) return;
    const job = this.#waiting.shift();
    if (job) void this.#run(job);
  }

  async #run({ delegationId, input }: Job): Promise<void> {
    this.#running = true;
    this.#delegationId = delegationId;
    const texts: string[] = [];
    const body = { ...this.#parts.settings(), input, previous_response_id: this.#previous.id || undefined };
    const remember = (response: RememberedResponse): void => void (this.#previous = response);
    try {
      const prepared = prepareResponse(this.#parts.cloud, body, () => this.#previous);
      for await (const event of runResponse(prepared, this.#parts.cloud, this.#gone.signal, remember)) {
        this.#read(event, texts);
        if (this.#gone.signal.aborted) return;
        this.#parts.send({ type: 'response.event', delegation_id: delegationId, event: withoutBulk(event) });
      }
    } catch (error) {
      this.#parts.cloud.tell('error', 'backend-failed', { message: String(error) });
    }
    this.#running = false;
    if (texts.length > 0) this.#parts.tell(texts.join(' '));
    this.#next();
  }

  #read(event: JsonObject, texts: string[]): void {
    const item = objectOf(event.item);
    if (event.type === 'response.output_item.done' && item.type === 'function_call')
      this.#open.add(String(item.call_id));
    if (event.type === 'response.output_item.done' && item.type === 'message') {
      texts.push(
        arrayOf(item.content)
          .map((part) => stringOf(objectOf(part).text) ?? '')
          .join(''),
      );
    }
    // The calls of a response that failed are void.
    if (event.type === 'response.failed' || event.type === 'error') this.#open.clear();
  }
}

/** Snapshots of a response come without what makes them large: what it was given, and what it made. */
function withoutBulk(event: JsonObject): Record<string, unknown> {
  if (!event.response) return event;
  const { input: _input, ...response } = objectOf(event.response);
  return { ...event, response: { ...response, instructions: null, tools: [], output: [] } };
}
