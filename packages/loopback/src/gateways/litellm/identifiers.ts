/**
 * LiteLLM hides where a response lives in its id. The two transports do it differently: an id from a socket is decoded
 * on both, one from HTTP only on HTTP; on a socket it goes up undecoded, and the provider does not know it.
 */
const SOCKET = 'litellm:custom_llm_provider:openai;model_id:loopback;response_id:';
const HTTP = 'litellm:http;custom_llm_provider:openai;model_id:loopback;response_id:';

export function encodeSocketId(id: string): string {
  return encode(SOCKET, id);
}

export function decodeSocketId(id: string): string {
  return decode(SOCKET, id) ?? id;
}

export function encodeHttpId(id: string): string {
  return encode(HTTP, id);
}

export function decodeHttpId(id: string): string {
  return decode(HTTP, id) ?? decode(SOCKET, id) ?? id;
}

function encode(prefix: string, id: string): string {
  return `resp_${Buffer.from(prefix + id).toString('base64url')}`;
}

function decode(prefix: string, id: string): string | undefined {
  const text = Buffer.from(id.replace(/^resp_/, ''), 'base64url').toString('utf8');
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}
