import type { Cloud, MindRequest, OfferedTool, Turn } from '../cloud.ts';
import type { HttpHandler } from '../handlers.ts';
import { countTokens, countTurns, think } from '../responses/think.ts';
import { readJson } from './body.ts';
import { invalidRequest, missingParameter, serviceErrorOf } from './errors.ts';
import { arrayOf, objectOf, shown, stringOf } from './json.ts';
import type { JsonObject } from './json.ts';
import { goneSignal, replyEvents, replyJson } from './reply.ts';

/** `POST /v1/chat/completions`, whole or streamed. https://developers.openai.com/api/reference/resources/chat */
export const serveChatCompletions: HttpHandler = async (request, response, url, cloud) => {
  if (url.pathname !== '/v1/chat/completions' || request.method !== 'POST') return false;
  const body = await readJson(request);
  const asked = readRequest(body, goneSignal(response));
  const count = readCount(body.n);
  const head = {
    id: cloud.id('chatcmpl-'),
    created: Math.floor(cloud.clock.wallClock() / 1000),
    model: asked.model,
    service_tier: 'default',
    system_fingerprint: 'fp_loopback',
  };

  if (body.stream !== true) {
    const answers = await Promise.all(Array.from({ length: count }, () => complete(cloud, asked)));
    replyJson(response, cloud, {
      ...head,
      object: 'chat.completion',
      choices: answers.map(({ text, calls }, index) => ({
        index,
        message: {
          role: 'assistant',
          content: text || null,
          refusal: null,
          annotations: [],
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
      })),
      usage: usageOf(
        asked,
        answers.map(({ length }) => length),
      ),
    });
    return true;
  }

  const stream = replyEvents(response, cloud);
  try {
    const includeUsage = objectOf(body.stream_options).include_usage === true;
    const send = (choices: readonly JsonObject[], usage: JsonObject | null = null): Promise<void> =>
      stream.send({ ...head, object: 'chat.completion.chunk', choices, ...(includeUsage ? { usage } : {}) });
    // The choices come mixed, as the service sends them.
    const choices = Array.from({ length: count }, (_, index) => streamChoice(index, send, cloud, asked));
    // None writes on when the stream has ended because another one failed.
    await Promise.allSettled(choices);
    const lengths = await Promise.all(choices);
    if (includeUsage) await send([], usageOf(asked, lengths));
  } catch (error) {
    // A stream that has begun can only tell the error as its last event; SDKs throw it.
    const failure = serviceErrorOf(error);
    cloud.tell('error', 'request-failed', { message: failure.message });
    await stream.send({ error: failure.body });
  }
  stream.end({ done: true });
  return true;
};

/** One of the choices; resolves with the characters it has. */
async function streamChoice(
  choice: number,
  send: (choices: readonly JsonObject[]) => Promise<void>,
  cloud: Cloud,
  asked: MindRequest,
): Promise<number> {
  const chunk = (delta: JsonObject, finish_reason: string | null = null): Promise<void> =>
    send([{ index: choice, delta, logprobs: null, finish_reason }]);
  await chunk({ role: 'assistant', content: '', refusal: null });
  let calls = 0;
  let length = 0;
  for await (const output of think(cloud, asked)) {
    if (output.type === 'text') {
      length += output.text.length;
      await chunk({ content: output.text });
    } else {
      // As the service does it: the first piece names the call, its arguments follow.
      const index = calls++;
      length += output.arguments.length;
      const call = { index, id: cloud.id('call_'), type: 'function', function: { name: output.name, arguments: '' } };
      await chunk({ tool_calls: [call] });
      await chunk({ tool_calls: [{ index, function: { arguments: output.arguments } }] });
    }
  }
  await chunk({}, calls > 0 ? 'tool_calls' : 'stop');
  return length;
}

interface Answer {
  text: string;
  calls: JsonObject[];
  /** Characters produced. */
  length: number;
}

async function complete(cloud: Cloud, asked: MindRequest): Promise<Answer> {
  const answer: Answer = { text: '', calls: [], length: 0 };
  for await (const output of think(cloud, asked)) {
    if (output.type === 'text') {
      answer.text += output.text;
      answer.length += output.text.length;
    } else {
      const { name, arguments: args } = output;
      answer.calls.push({ id: cloud.id('call_'), type: 'function', function: { name, arguments: args } });
      answer.length += args.length;
    }
  }
  return answer;
}

function readRequest(body: JsonObject, signal: AbortSignal): MindRequest {
  const model = stringOf(body.model);
  if (!model) throw missingParameter('model');
  if (!Array.isArray(body.messages)) throw missingParameter('messages');
  const turns = arrayOf(body.messages).map((message, index) => readMessage(objectOf(message), index));
  const offered = arrayOf(body.tools).map((tool) => readTool(objectOf(objectOf(tool).function)));
  const instructions = turns
    .filter((turn) => turn.role === 'system' || turn.role === 'developer')
    .map((turn) => turn.text)
    .join('\n');
  return {
    model,
    instructions: instructions || undefined,
    turns,
    tools: offered.filter((tool) => tool.name !== ''),
    toolChoice: body.tool_choice,
    signal,
  };
}

const MAX_CHOICES = 128;

/** How many choices are asked for. The words of the refusal: thisisartium/continuous-alignment-testing#25. */
function readCount(n: unknown): number {
  if (n === undefined || n === null) return 1;
  if (!Number.isInteger(n)) {
    throw invalidRequest("Invalid type for 'n': expected an integer.", { code: 'invalid_type', param: 'n' });
  }
  const count = n as number;
  if (count >= 1 && count <= MAX_CHOICES) return count;
  const [side, bound] =
    count < 1 ? ['below minimum', 'Expected a value >= 1'] : ['above maximum', `Expected a value <= ${MAX_CHOICES}`];
  throw invalidRequest(`Invalid 'n': integer ${side} value. ${bound}, but got ${count} instead.`, {
    code: `integer_${side === 'below minimum' ? 'below_min' : 'above_max'}_value`,
    param: 'n',
  });
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

function readMessage(message: JsonObject, index: number): Turn {
  const role = ROLES.find((known) => known === message.role);
  if (!role) {
    throw invalidRequest(
      `Invalid value: '${shown(message.role)}'. Supported values are: ${ROLES.map((known) => `'${known}'`).join(', ')}.`,
      { code: 'invalid_value', param: `messages[${index}].role` },
    );
  }
  return { role, text: textOf(message.content) };
}

/** A message's text: a string, or the text parts of a list. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return arrayOf(content)
    .map((part) => stringOf(objectOf(part).text) ?? '')
    .join('');
}

function readTool(described: JsonObject): OfferedTool {
  return {
    name: stringOf(described.name) ?? '',
    description: stringOf(described.description),
    parameters: described.parameters,
  };
}

/** `lengths`: the characters of each choice. */
function usageOf(asked: MindRequest, lengths: readonly number[]): JsonObject {
  const prompt_tokens = countTurns(asked.turns);
  const completion_tokens = lengths.reduce((sum, characters) => sum + countTokens(characters), 0);
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
