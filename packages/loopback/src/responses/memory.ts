import type { Cloud } from '../cloud.ts';
import type { JsonObject } from '../http/json.ts';
import type { Context } from './items.ts';

/** A finished response, as far as a later one can build on it. */
export interface RememberedResponse {
  readonly id: string;
  /** Everything up to and including the response's own output. */
  readonly context: Context;
  /** The response object, for `GET /v1/responses/{id}`. */
  readonly object: JsonObject;
}

/** What `store: true` keeps: the newest responses, up to a limit. */
export class ResponseMemory {
  readonly #responses = new Map<string, RememberedResponse>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(id: string): RememberedResponse | undefined {
    return this.#responses.get(id);
  }

  put(response: RememberedResponse): void {
    this.#responses.set(response.id, response);
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= this.#limit) break;
      this.#responses.delete(oldest);
    }
  }

  delete(id: string): boolean {
    return this.#responses.delete(id);
  }
}

const memories = new WeakMap<Cloud, ResponseMemory>();

/** One memory per cloud, shared by HTTP and sockets: a stored response can be continued on either. */
export function memoryOf(cloud: Cloud): ResponseMemory {
  let memory = memories.get(cloud);
  if (!memory) {
    memory = new ResponseMemory(cloud.options.maxStoredResponses ?? 1000);
    memories.set(cloud, memory);
  }
  return memory;
}
