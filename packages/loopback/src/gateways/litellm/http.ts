import type { IncomingMessage } from 'node:http';
import { objectOf, parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import { write } from '../../http/reply.ts';
import { collect, endToEnd, forward, passOn } from '../forward.ts';
import { replyJson } from '../reply.ts';
import type { Call, GatewayContext } from '../types.ts';
import { rewriteForm } from '../form.ts';
import { decodeHttpId, encodeHttpId } from './identifiers.ts';
import { passthroughPath } from './passthrough.ts';
import { deploymentOf, keyOf } from './settings.ts';

/** LiteLLM's HTTP side. */
export async function serveLiteLLMHttp(call: Call, gateway: GatewayContext): Promise<void> {
  const { response, method } = call;
  if (call.path.startsWith('/health/')) return replyJson(response, 200, { status: 'healthy', db: 'Not connected' });
  const key = keyOf(call.request);
  if (!key) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    return void response.end('Internal Server Error');
  }
  // Without a database it cannot look a key up, and says that.
  if (!gateway.accepts(key)) return replyJson(response, 400, errorOf(400, 'No connected db.', 'no_db_connection'));

  const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
  const passthrough = passthroughPath(call.path);
  if (passthrough) return forward(call, gateway, { path: passthrough, headers });
  const path = call.path.replace(/^\/v1(?=\/)/, '');
  if (method === 'GET' && path === '/models') return listModels(call, gateway, headers);
  if (method === 'POST' && path === '/chat/completions') return chat(call, gateway, headers);
  if (method === 'POST' && path === '/responses') return responses(call, gateway, headers);
  if (method === 'POST' && path === '/audio/speech') return speech(call, gateway, headers);
  if (method === 'POST' && path === '/audio/transcriptions') return transcriptions(call, gateway, headers);
  replyJson(response, 404, { detail: 'Not Found' });
}

type Headers = Readonly<Record<string, string>>;

async function listModels(call: Call, gateway: GatewayContext, headers: Headers): Promise<void> {
  const { models } = gateway.settings;
  if (!models) return forward(call, gateway, { path: '/v1/models', headers });
  const data = Object.keys(models).map((id) => ({ id, object: 'model', created: 1_677_610_602, owned_by: 'openai' }));
  replyJson(call.response, 200, { object: 'list', data });
}

function chat(call: Call, gateway: GatewayContext, headers: Headers): Promise<void> {
  const body = parseObject(call.body.toString('utf8')) ?? {};
  const alias = stringOf(body.model) ?? '';
  const deployment = deploymentOf(alias, gateway);
  if (!deployment) return unknownModel(call, '/chat/completions', alias);
  // The answer names the alias, not what it stands for.
  const rename = (value: JsonObject): JsonObject => ({ ...value, model: alias });
  return forward(call, gateway, {
    path: '/v1/chat/completions',
    headers,
    body: JSON.stringify({ ...body, model: deployment.model }),
    answer: (answer) => (isEvents(answer) ? reEncode(answer, call, rename) : answerJson(answer, call, alias, rename)),
    failed: () => dead(call, alias),
  });
}

function responses(call: Call, gateway: GatewayContext, headers: Headers): Promise<void> {
  const body = parseObject(call.body.toString('utf8')) ?? {};
  const alias = stringOf(body.model) ?? '';
  const deployment = deploymentOf(alias, gateway);
  if (!deployment) return unknownModel(call, '/responses', alias);
  const previous = stringOf(body.previous_response_id);
  const withId = (value: JsonObject): JsonObject => {
    const id = stringOf(value.id);
    return id?.startsWith('resp_') ? { ...value, id: encodeHttpId(id) } : value;
  };
  return forward(call, gateway, {
    path: '/v1/responses',
    headers,
    body: JSON.stringify({
      ...body,
      model: deployment.model,
      ...(previous ? { previous_response_id: decodeHttpId(previous) } : {}),
    }),
    answer: (answer) =>
      isEvents(answer)
        ? reEncode(answer, call, (event) =>
            event.response ? { ...event, response: withId(objectOf(event.response)) } : event,
          )
        : answerJson(answer, call, alias, withId),
    failed: () => dead(call, alias),
  });
}

/** Collects all of the speech before the first byte goes down; the provider never hears that the client went away. */
function speech(call: Call, gateway: GatewayContext, headers: Headers): Promise<void> {
  const { stream_format: _dropped, ...body } = parseObject(call.body.toString('utf8')) ?? {};
  const alias = stringOf(body.model) ?? '';
  const deployment = deploymentOf(alias, gateway);
  if (!deployment) {
    const error = `/audio/speech: ${invalidModel(alias)}`;
    replyJson(call.response, 400, { detail: { error } });
    return Promise.resolve();
  }
  return forward(call, gateway, {
    path: '/v1/audio/speech',
    headers,
    body: JSON.stringify({ ...body, model: deployment.model }),
    detached: true,
    async answer(answer) {
      if (answer.statusCode !== 200) return answerError(answer, call, alias, { retryAfter: false });
      const audio = await collect(answer);
      call.response.writeHead(200, endToEnd(answer.headers));
      call.response.end(audio);
    },
    failed: () => dead(call, alias),
  });
}

function transcriptions(call: Call, gateway: GatewayContext, headers: Headers): Promise<void> {
  let alias = '';
  const form = rewriteForm(call.body, call.request.headers['content-type'], (asked) => {
    alias = asked;
    return deploymentOf(asked, gateway)?.model;
  });
  if (form.unknown !== undefined) {
    // Told as Python prints an object.
    const message = `{'error': '/audio/transcriptions: ${invalidModel(form.unknown)}'}`;
    replyJson(call.response, 400, errorOf(400, message, 'invalid_request_error'));
    return Promise.resolve();
  }
  return forward(call, gateway, {
    path: '/v1/audio/transcriptions',
    headers,
    body: form.body,
    answer: (answer) =>
      answer.statusCode === 200 ? passOn(answer, call) : answerError(answer, call, alias, { retryAfter: false }),
    failed: () => dead(call, alias),
  });
}

function isEvents(answer: IncomingMessage): boolean {
  return answer.statusCode === 200 && (answer.headers['content-type'] ?? '').includes('text/event-stream');
}

async function answerJson(
  answer: IncomingMessage,
  call: Call,
  alias: string,
  change: (body: JsonObject) => JsonObject,
): Promise<void> {
  if (answer.statusCode !== 200) return answerError(answer, call, alias);
  const body = parseObject((await collect(answer)).toString('utf8')) ?? {};
  replyJson(call.response, 200, change(body));
}

/** Events are decoded and written anew: no `event:` lines, `[DONE]` at the end, and a provider that dies is an event. */
async function reEncode(answer: IncomingMessage, call: Call, change: (event: JsonObject) => JsonObject): Promise<void> {
  const { response } = call;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  let rest = '';
  answer.setEncoding('utf8');
  try {
    for await (const piece of answer) {
      rest += piece as string;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseObject(/^data: (.*)$/m.exec(block)?.[1] ?? '');
        if (event) await write(response, `data: ${JSON.stringify(change(event))}\n\n`);
      }
    }
  } catch (error) {
    if (response.destroyed) return;
    const message = `litellm.APIConnectionError: ${brokenOff(error)}`;
    return void response.end(`data: ${JSON.stringify(errorOf(500, message, 'None'))}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

/** What it says of a body that has no end, in the words of its HTTP client. */
function brokenOff(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (reason !== 'aborted') return reason;
  const short = "<TransferEncodingError: 400, message='Not enough data to satisfy transfer length header.'>";
  return `APIConnectionError: OpenAIException - Response payload is not completed: ${short}`;
}

/** A provider's refusal in LiteLLM's words; its headers survive with a prefix only, `retry-after` too. */
async function answerError(
  answer: IncomingMessage,
  call: Call,
  alias: string,
  options: { retryAfter: boolean } = { retryAfter: true },
): Promise<void> {
  const status = answer.statusCode ?? 500;
  const told = objectOf(parseObject((await collect(answer)).toString('utf8'))?.error);
  const type = status === 429 ? 'throttling_error' : status === 401 ? 'authentication_error' : stringOf(told.type);
  const retryAfter = answer.headers['retry-after'];
  replyJson(
    call.response,
    status,
    errorOf(status, failure(status, stringOf(told.message) ?? '', alias), type ?? 'None', told.param),
    options.retryAfter && retryAfter ? { 'llm_provider-retry-after': retryAfter } : {},
  );
}

function dead(call: Call, alias: string): void {
  replyJson(call.response, 500, errorOf(500, failure(500, 'Connection error.', alias), 'None'));
}

/** How the SDKs that it is built on call a status. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  503: 'ServiceUnavailableError',
};

/** A provider's failure as it words it. */
function failure(status: number, message: string, alias: string): string {
  const name = EXCEPTIONS[status] ?? 'InternalServerError';
  const router = `LiteLLM: model group '${alias}' failed with the error above. No fallback was attempted.`;
  return `litellm.${name}: ${name}: OpenAIException - ${message}\n\n${router}`;
}

function unknownModel(call: Call, path: string, alias: string): Promise<void> {
  replyJson(call.response, 400, errorOf(400, `${path}: ${invalidModel(alias)}`, 'invalid_request_error'));
  return Promise.resolve();
}

function invalidModel(alias: string): string {
  return `Invalid model name passed in model=${alias}. Call \`/v1/models\` to view available models for your key.`;
}

/** The code is the status, as text. */
function errorOf(status: number, message: string, type: string, param: unknown = null): JsonObject {
  return { error: { message, type, param, code: String(status) } };
}
