import type { Cloud, MindRequest, OfferedTool } from '../cloud.ts';
import { invalidRequest, missingParameter, serviceErrorOf } from '../http/errors.ts';
import { arrayOf, isObject, numberOf, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { readFormat } from './format.ts';
import type { ReplyFormat } from './format.ts';
import { hostedCalls } from './hosted.ts';
import { emptyContext, extendContext, refuseUnansweredCalls } from './items.ts';
import type { Context } from './items.ts';
import type { RememberedResponse } from './memory.ts';
import { OutputWriter } from './output.ts';
import { checkThought, sealThought, storeThoughts, wantsSealedThoughts } from './reasoning.ts';
import type { SteerQueue } from './steer.ts';
import { countTokens, countTurns, thinkAloud } from './think.ts';

/** A request that was read and found right. */
export interface PreparedResponse {
  readonly body: JsonObject;
  readonly model: string;
  readonly context: Context;
  readonly stored: boolean;
  readonly format: ReplyFormat | undefined;
}

/** Reads a `response.create` or a POST body. Throws what the service says when it refuses. */
export function prepareResponse(
  cloud: Cloud,
  body: JsonObject,
  recall: (id: string) => RememberedResponse | undefined,
): PreparedResponse {
  const model = stringOf(body.model);
  if (!model) throw missingParameter('model');
  const previous = stringOf(body.previous_response_id);
  const remembered = previous === undefined ? undefined : recall(previous);
  if (previous !== undefined && !remembered) {
    throw invalidRequest(`Previous response with id '${previous}' not found.`, {
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    });
  }
  const format = readFormat(body);
  const check = (thought: JsonObject): void => checkThought(cloud, thought);
  const context = extendContext(remembered?.context ?? emptyContext, body.input ?? [], check);
  refuseUnansweredCalls(context);
  return { body, model, context, stored: body.store !== false, format };
}

/**
 * Runs one response and yields its events; the last one is terminal (`response.completed`, `response.incomplete`,
 * `response.failed` or `error`). Ends without one when the signal aborts: nobody is left to hear it.
 * `remember` gets what a later response can build on; what `steering` holds ends the response at the next piece.
 */
export async function* runResponse(
  prepared: PreparedResponse,
  cloud: Cloud,
  signal: AbortSignal,
  remember: (response: RememberedResponse) => void,
  steering?: SteerQueue,
): AsyncGenerator<JsonObject, void, undefined> {
  const { body, context } = prepared;
  const base = responseObject(prepared, cloud);
  let sequence = 0;
  const event = (type: string, fields: JsonObject): JsonObject => ({ type, ...fields, sequence_number: sequence++ });
  const output = new OutputWriter(cloud, event);
  const finish = (type: string, fields: JsonObject): JsonObject => {
    const response = {
      ...base,
      ...fields,
      output: output.items,
      usage: usageOf(prepared, output.characters),
    };
    if (type !== 'response.failed') {
      if (prepared.stored) storeThoughts(cloud, output.items);
      remember({ id: base.id, context: extendContext(context, output.items), object: response });
    }
    return event(type, { response });
  };

  yield event('response.created', { response: base });
  yield event('response.in_progress', { response: base });
  if (body.generate === false || objectOf(body.prompt_cache_options).prewarm === true) {
    // A warm-up: the request's state is kept under an id, no output is made.
    yield finish('response.completed', { status: 'completed', completed_at: seconds(cloud) });
    return;
  }
  try {
    const limit = numberOf(body.max_output_tokens) ?? Infinity;
    const seal = (id: string): string | undefined => (wantsSealedThoughts(body) ? sealThought(cloud, id) : undefined);
    for await (const piece of thinkAloud(cloud, askMind(prepared, signal))) {
      if (steering?.isEmpty === false && output.started) {
        yield* output.endMessage('incomplete');
        yield finish('response.incomplete', { status: 'incomplete', incomplete_details: { reason: 'steered' } });
        return;
      }
      if (piece.type === 'text') yield* output.text(piece.text);
      else if (piece.type === 'call') yield* output.call(piece.name, piece.arguments);
      else if (piece.type === 'thought') yield* output.thought(piece.summary, seal);
      else {
        const calls = hostedCalls(cloud, body, piece, [...context.lists, ...output.items]);
        for (const call of calls) yield* output.hosted(call);
        if (calls.some(({ waits }) => waits)) break;
      }
      if (countTokens(output.characters) >= limit) {
        yield* output.endMessage('incomplete');
        yield finish('response.incomplete', {
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' },
        });
        return;
      }
    }
    if (signal.aborted) return;
    yield* output.endMessage('completed');
    yield finish('response.completed', { status: 'completed', completed_at: seconds(cloud) });
  } catch (error) {
    const failure = serviceErrorOf(error);
    cloud.tell('error', 'response-failed', { message: failure.message });
    // Before any output the response fails; in the middle of it the stream does. Both shapes are in the API reference.
    if (output.started) {
      yield event('error', { code: failure.code, message: failure.message, param: failure.param });
    } else {
      yield finish('response.failed', {
        status: 'failed',
        error: { code: failure.code ?? 'server_error', message: failure.message },
      });
    }
  }
}

function askMind({ body, model, context, format }: PreparedResponse, signal: AbortSignal): MindRequest {
  return {
    model,
    instructions: stringOf(body.instructions),
    turns: context.turns,
    tools: arrayOf(body.tools)
      .map(objectOf)
      .filter((tool) => tool.type === 'function')
      .map(readTool),
    toolChoice: body.tool_choice,
    format,
    signal,
  };
}

function readTool(tool: JsonObject): OfferedTool {
  return {
    name: stringOf(tool.name) ?? '',
    description: stringOf(tool.description),
    parameters: tool.parameters,
  };
}

function responseObject({ body, model, stored }: PreparedResponse, cloud: Cloud): JsonObject & { id: string } {
  return {
    id: cloud.id('resp_'),
    object: 'response',
    created_at: seconds(cloud),
    status: 'in_progress',
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: isObject(body.metadata) ? body.metadata : {},
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: 'default',
    store: stored,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: arrayOf(body.tools),
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: null,
    user: body.user ?? null,
  };
}

function usageOf({ body, context }: PreparedResponse, characters: number): JsonObject {
  const input_tokens = countTurns(context.turns, stringOf(body.instructions));
  const output_tokens = characters > 0 ? countTokens(characters) : 0;
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
}

function seconds(cloud: Cloud): number {
  return Math.floor(cloud.clock.wallClock() / 1000);
}
