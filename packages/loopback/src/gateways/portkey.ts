import type { IncomingMessage } from 'node:http';
import { isObject, objectOf, parseObject, stringOf } from '../http/json.ts';
import { collect, endToEnd, forward, passOn, pick } from './forward.ts';
import { headerOf } from './keys.ts';
import { dialThenAccept } from './relay.ts';
import { replyJson } from './reply.ts';
import type { Call, GatewayRule } from './types.ts';

/** Providers with realtime that the cloud behind can stand for. */
const REALTIME_PROVIDERS = new Set(['openai', 'azure-ai']);
/** Some of the providers without: Portkey dials their chat base instead of failing. */
const OTHER_PROVIDERS = new Set(['anthropic', 'cohere', 'deepseek', 'google', 'groq', 'mistral-ai', 'together-ai']);

/** Portkey, as `@portkey-ai/gateway` 1.15.2 behaved when it was tried. https://portkey.ai/docs/product/ai-gateway/realtime-api */
export const portkey: GatewayRule = {
  name: 'portkey',
  base: '/v1',
  note: 'Wants x-portkey-provider or x-portkey-config; hands the query on byte for byte; has no Responses socket.',
  upgrade(arrival, gateway) {
    if (arrival.path !== '/v1/realtime') {
      // Everything else under /v1 falls into the HTTP proxy, which cannot fetch an upgrade. With newer dependencies: 500.
      const proxied = arrival.path.startsWith('/v1/') && !arrival.path.startsWith('/v1/realtime/');
      return arrival.refuse(proxied ? 400 : 404);
    }
    const route = routeOf(arrival.request);
    if (typeof route === 'number') return arrival.refuse(route);
    const { headers } = arrival.request;
    const up: Record<string, string> = {
      // A key that is not there goes up as the word "undefined"; one in a subprotocol is not read.
      authorization: route.key ?? 'Bearer undefined',
      ...pick(headers, ['openai-beta']),
    };
    const organization = headerOf(arrival.request, 'x-portkey-openai-organization');
    const project = headerOf(arrival.request, 'x-portkey-openai-project');
    if (organization) up['openai-organization'] = organization;
    if (project) up['openai-project'] = project;

    let lose = gateway.settings.loseFirstEvent === true;
    const target = route.realtime
      ? { path: '/v1/realtime', query: arrival.query, headers: up }
      : { path: '/openai/v1', query: '', headers: up };
    dialThenAccept(arrival, gateway, target, {
      // A provider that refuses or is not there leaves the upgrade without an answer, for as long as the client waits.
      unanswered: true,
      down(text) {
        if (!lose) return text;
        lose = false;
        return undefined;
      },
      closed(code, reason, relay) {
        // 1005 and 1006 cannot be sent, and the attempt throws: the client's socket stays open and what it sends is lost.
        // Pings are answered, as by newer releases of `ws` then; with the one of Portkey's lock file they are not.
        if (code !== 1005 && code !== 1006) relay.end(code, reason);
      },
    });
  },
  http(call, gateway) {
    const route = routeOf(call.request);
    if (typeof route === 'number') {
      const message = 'Either x-portkey-config or x-portkey-provider header is required';
      return replyJson(call.response, route, { status: 'failure', message });
    }
    const forwarded = (headerOf(call.request, 'x-portkey-forward-headers') ?? '').split(',').map((name) => name.trim());
    if (call.path === '/v1/responses' && route.provider === 'azure-ai') {
      const message = `createModelResponse is not supported by ${route.provider}`;
      return replyJson(call.response, 500, { status: 'failure', message });
    }
    const headers = {
      ...pick(call.request.headers, ['content-type', ...forwarded.map((name) => name.toLowerCase())]),
      ...(route.key ? { authorization: route.key } : {}),
    };
    return forward(call, gateway, {
      ...{ path: call.path, headers, ...bodyOf(call) },
      answer: (answer) => answerAs(route.provider, answer, call),
    });
  },
};

/** An answer as it is, but for a refusal: it names the provider that Portkey was told of. */
async function answerAs(provider: string, answer: IncomingMessage, call: Call): Promise<void> {
  const { statusCode = 502 } = answer;
  if (statusCode < 400) return passOn(answer, call);
  const text = (await collect(answer)).toString('utf8');
  const error = parseObject(text)?.error;
  const message = isObject(error) ? stringOf(error.message) : undefined;
  if (message !== undefined)
    return replyJson(call.response, statusCode, {
      error: { ...objectOf(error), message: `${provider} error: ${message}` },
      provider,
    });
  call.response.writeHead(statusCode, endToEnd(answer.headers));
  call.response.end(text);
}

/** Of a request for speech these go up, and nothing else. */
const SPEECH_FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'voice', 'response_format', 'speed']);

function bodyOf({ path, body }: Call): { body?: string } {
  const fields = path === '/v1/audio/speech' ? parseObject(body.toString()) : undefined;
  if (!fields) return {};
  return {
    body: JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([name]) => SPEECH_FIELDS.has(name)))),
  };
}

interface Route {
  provider: string;
  realtime: boolean;
  /** What goes up as `Authorization`. */
  key: string | undefined;
}

/** Where a request goes, or the status that refuses it. */
function routeOf(request: IncomingMessage): Route | number {
  const written = headerOf(request, 'x-portkey-config');
  const config = written?.startsWith('{') ? parseObject(written) : undefined;
  if (config && isObject(config.strategy)) return 500;
  const hosted = headerOf(request, 'x-portkey-api-key') !== undefined;
  const stored = hosted && (headerOf(request, 'x-portkey-virtual-key') ?? (config ? undefined : written)) !== undefined;
  const provider = stringOf(config?.provider) ?? headerOf(request, 'x-portkey-provider') ?? (stored ? 'openai' : '');
  const configured = stringOf(config?.api_key);
  const key = configured ? `Bearer ${configured}` : headerOf(request, 'authorization');
  // `@slug` names an integration of the hosted one, which knows its provider.
  if (REALTIME_PROVIDERS.has(provider) || (hosted && provider.startsWith('@')))
    return { provider, realtime: true, key };
  return OTHER_PROVIDERS.has(provider) ? { provider, realtime: false, key } : 400;
}
