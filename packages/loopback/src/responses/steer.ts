import type { Cloud } from '../cloud.ts';
import { arrayOf, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** Input that was accepted and waits for a response to take it up. */
export interface Steered {
  readonly id: string;
  readonly target: string;
  readonly input: readonly JsonObject[];
}

/** What the user adds to the response that runs: `response.steer`. One per lane while a response is made. */
export class SteerQueue {
  readonly #waiting: Steered[] = [];
  /** The response that may be steered now. */
  target = '';
  readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(steered: Steered): void {
    this.#waiting.push(steered);
  }

  take(): Steered[] {
    return this.#waiting.splice(0);
  }
}

/** The reference names no models; the older family stands for those that cannot. */
const UNSTEERABLE = /^gpt-4/;

const explanations = {
  response_not_found: 'The response is not available on this connection.',
  invalid_input: 'Steering takes a text, or messages of the user.',
  steering_not_supported: 'The model does not support steering.',
  response_already_completed: 'The response has completed.',
} as const;

/** Answers a `response.steer`: accepted, with the input in the queue, or failed. */
export function acceptSteer(
  cloud: Cloud,
  frame: JsonObject,
  { queue, isOver }: { queue: SteerQueue | undefined; isOver: boolean },
): JsonObject {
  const target = stringOf(frame.previous_response_id) ?? '';
  const input = readInput(frame.input);
  if (!input || 'stream_id' in frame) return steerFailed(frame, 'invalid_input');
  if (!queue) return steerFailed(frame, isOver ? 'response_already_completed' : 'response_not_found');
  if (UNSTEERABLE.test(queue.model)) return steerFailed(frame, 'steering_not_supported');
  const steered = { id: cloud.id('steer_'), target, input };
  queue.add(steered);
  cloud.tell('mind', 'steer-accepted', { id: steered.id });
  return {
    type: 'response.steer.accepted',
    sequence_number: 0,
    steer: { id: steered.id, previous_response_id: target },
  };
}

function steerFailed(frame: JsonObject, code: keyof typeof explanations): JsonObject {
  return {
    type: 'response.steer.failed',
    sequence_number: 0,
    error: { type: 'invalid_request_error', code, message: explanations[code] },
    steer: { input: frame.input ?? '', previous_response_id: stringOf(frame.previous_response_id) ?? '' },
  };
}

/** The response ended with calls: what was added waits for their results. */
export function steerPending({ id, target }: Steered, output: readonly JsonObject[]): JsonObject {
  const calls = output.filter((item) => item.type === 'function_call');
  return {
    type: 'response.steer.pending',
    sequence_number: 0,
    reason: 'waiting_for_required_input',
    required_input: calls.map(({ call_id, name }) => ({ type: 'function_call_output', call_id, name })),
    steer: { id, previous_response_id: target },
  };
}

function readInput(input: unknown): JsonObject[] | undefined {
  if (typeof input === 'string') return input ? [{ type: 'message', role: 'user', content: input }] : undefined;
  const items = arrayOf(input).map(objectOf);
  const right = items.length > 0 && items.every(({ type = 'message', role }) => type === 'message' && role === 'user');
  return right ? items : undefined;
}
