import type { Mind, MindOutput, MindRequest } from '../cloud.ts';

export interface PassThroughOptions {
  /** Base URL of any OpenAI-compatible service, e.g. `http://127.0.0.1:11434/v1`; `/chat/completions` is added. */
  baseURL: string;
  apiKey?: string;
  /** Asked instead of the model the client named: that one belongs to the cloud that loopback stands in for. */
  model?: string;
}

/**
 * A mind that asks a real model: `POST {baseURL}/chat/completions`, streamed.
 * https://developers.openai.com/api/reference/resources/chat
 */
export function passThroughMind(options: PassThroughOptions): Mind {
  const url = `${options.baseURL.replace(/\/+$/, '')}/chat/completions`;
  return {
    async *reply(request) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
        },
        body: JSON.stringify(question(request, options)),
        signal: request.signal,
        redirect: 'error',
      });
      if (!response.ok || !response.body) {
        throw new Error(`The model behind loopback answered with HTTP ${response.status}.`);
      }
      yield* readDeltas(response.body);
    },
  };
}

function question(request: MindRequest, options: PassThroughOptions): Record<string, unknown> {
  const system = request.instructions ? [{ role: 'system', content: request.instructions }] : [];
  const messages = request.turns.map((turn) =>
    // A tool's result is told as text: the call it belongs to may have been made in another format.
    turn.role === 'tool'
      ? { role: 'user', content: `Result of the tool: ${turn.text}` }
      : { role: turn.role, content: turn.text },
  );
  const tools = request.tools.map((tool) => ({ type: 'function', function: tool }));
  return {
    model: options.model ?? request.model,
    stream: true,
    messages: [...system, ...messages],
    ...(tools.length > 0 ? { tools } : {}),
  };
}

interface Delta {
  choices?: {
    delta?: {
      content?: string | null;
      tool_calls?: { index: number; function?: { name?: string; arguments?: string } }[];
    };
  }[];
}

async function* readDeltas(body: ReadableStream<Uint8Array>): AsyncGenerator<MindOutput, void, undefined> {
  const calls = new Map<number, { name: string; arguments: string }>();
  for await (const data of readEvents(body)) {
    const delta = (JSON.parse(data) as Delta).choices?.[0]?.delta;
    if (delta?.content) yield { type: 'text', text: delta.content };
    for (const piece of delta?.tool_calls ?? []) {
      const call = calls.get(piece.index) ?? { name: '', arguments: '' };
      call.name += piece.function?.name ?? '';
      call.arguments += piece.function?.arguments ?? '';
      calls.set(piece.index, call);
    }
  }
  for (const call of calls.values()) yield { type: 'call', name: call.name, arguments: call.arguments || '{}' };
}

/** The `data:` payloads of a server-sent event stream, up to `[DONE]`. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data: ?(.*)$/.exec(line)?.[1];
      if (data === '[DONE]') return;
      if (data) yield data;
    }
  }
}
