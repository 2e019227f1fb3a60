import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { llm } from '@livekit/agents';
import { completed, created, delta, ResponsesServer, say } from '../../responses/__fixtures__/responses-server.ts';
import { orElse, quickly, settled, type Scenario } from './scenario.ts';

/** A server for one scenario, on 127.0.0.1. */
async function serve<T>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  visit: (baseURL: string) => Promise<T>,
): Promise<T> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await visit(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Counted as the live service counts. */
const usage = { input_tokens: 5, input_tokens_details: { cached_tokens: 0 }, output_tokens: 2, total_tokens: 7 };
const answer = (turn: number, text: string): object[] => [
  created(`r${turn}`),
  delta(text),
  completed(`r${turn}`, { usage }),
];

async function withResponses<T>(visit: (server: ResponsesServer) => Promise<T>): Promise<T> {
  const server = await ResponsesServer.start();
  try {
    server.script = ({ socket }, turn) => say(socket, ...answer(turn, `answer${turn}`));
    return await visit(server);
  } finally {
    await server.stop();
  }
}

function contextOf(...messages: [role: 'user' | 'assistant', text: string][]): llm.ChatContext {
  const chatCtx = llm.ChatContext.empty();
  for (const [role, content] of messages) chatCtx.addMessage({ role, content });
  return chatCtx;
}

async function textOf(stream: llm.LLMStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.delta?.content ?? '';
  return text;
}

interface Fault {
  name: string;
  status: number | undefined;
}

/** The model's errors, as LiveKit tells them. */
function errorsOf(model: llm.LLM): Fault[] {
  const faults: Fault[] = [];
  model.on('error', ({ error }) => {
    faults.push({ name: error.name, status: (error as { statusCode?: number }).statusCode });
  });
  return faults;
}

export const requestScenarios: Scenario[] = [
  {
    pain: 4,
    what: 'an error frame says null where a string was expected',
    run: (plugin) =>
      withResponses(async (server) => {
        server.script = ({ socket }) =>
          say(socket, { type: 'error', status: 400, error: { code: null, param: null, message: 'No.', type: 'invalid_request_error' } });
        const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL: server.url });
        errorsOf(model);
        const stream = model.chat({ chatCtx: contextOf(['user', 'Hello']), connOptions: quickly(0) });
        const ended = await orElse(textOf(stream).then(() => true), false);
        stream.close();
        await orElse(model.aclose(), undefined);
        return { ended };
      }),
    expected: { ours: { ended: true }, upstream: { ended: false } },
  },
  {
    pain: 8,
    what: 'a second turn continues the response of the first',
    run: (plugin) =>
      withResponses(async (server) => {
        const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL: server.url });
        const first = contextOf(['user', 'Hello']);
        await textOf(model.chat({ chatCtx: first }));
        const second = first.copy();
        second.addMessage({ role: 'assistant', content: 'answer1' });
        second.addMessage({ role: 'user', content: 'Again' });
        await textOf(model.chat({ chatCtx: second }));
        await orElse(model.aclose(), undefined);
        return { sentAgain: server.asked[1]?.body.input.map(({ role }) => role as string) };
      }),
    expected: { ours: { sentAgain: ['user'] }, upstream: { sentAgain: ['assistant', 'user'] } },
  },
  {
    pain: 9,
    what: 'a reply is interrupted while it is generated',
    async run(plugin) {
      let stopped = (): void => undefined;
      const heard = new Promise<boolean>((resolve) => (stopped = () => resolve(true)));
      const reply = (_: IncomingMessage, response: ServerResponse): void => {
        response.on('close', () => stopped());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of [created('r1'), delta('Once upon')]) {
          response.write(`event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`);
        }
      };
      return serve(reply, async (baseURL) => {
        const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL, useWebSocket: false });
        errorsOf(model);
        const stream = model.chat({ chatCtx: contextOf(['user', 'A story']), connOptions: quickly(0) });
        await stream.next();
        stream.close();
        return { serviceStops: await orElse(heard, false) };
      });
    },
    expected: { ours: { serviceStops: true }, upstream: { serviceStops: false } },
  },
  {
    pain: 10,
    what: 'the first of two requests for speech fails',
    alone: true,
    async run(plugin) {
      let requests = 0;
      const reply = (request: IncomingMessage, response: ServerResponse): void => {
        request.resume();
        requests++;
        if (requests === 1) response.writeHead(503).end('{"error":{"message":"Busy."}}');
        else response.writeHead(200, { 'content-type': 'audio/pcm' }).end(Buffer.alloc(4_800));
      };
      return serve(reply, async (baseURL) => {
        const model = new plugin.TTS({ apiKey: 'sk-pain', baseURL });
        model.on('error', () => undefined);
        let frames = 0;
        for await (const { frame } of model.synthesize('Hello', quickly(2))) frames += Math.sign(frame.samplesPerChannel);
        return { requests, heard: frames > 0 };
      });
    },
    expected: { ours: { requests: 2, heard: true }, upstream: { requests: 1, heard: false } },
  },
  {
    pain: 13,
    what: 'a base URL has a query',
    run: (plugin) =>
      withResponses(async (server) => {
        const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL: `${server.url}?tenant=7`, model: 'm' });
        errorsOf(model);
        await orElse(textOf(model.chat({ chatCtx: contextOf(['user', 'Hello']), connOptions: quickly(0) })), '');
        await orElse(model.aclose(), undefined);
        const { pathname, searchParams } = new URL(server.upgrades[0]?.url ?? '/', 'http://127.0.0.1');
        return { path: pathname, tenant: searchParams.get('tenant') };
      }),
    expected: {
      ours: { path: '/v1/responses', tenant: '7' },
      upstream: { path: '/v1', tenant: '7/responses' },
    },
  },
  {
    pain: 15,
    what: 'the key is put into the environment after the import',
    async run(plugin) {
      process.env.OPENAI_API_KEY = 'sk-pain';
      const works = await settled(Promise.resolve().then(() => new plugin.TTS()));
      delete process.env.OPENAI_API_KEY;
      return { works: works === 'fulfilled' };
    },
    expected: { ours: { works: true }, upstream: { works: false } },
  },
  {
    pain: 16,
    what: 'a gateway wants a header of its own',
    run: (plugin) =>
      withResponses(async (server) => {
        const options = { apiKey: 'sk-pain', baseURL: server.url, headers: { 'x-tenant': '7' } };
        const model = new plugin.responses.LLM(options);
        await textOf(model.chat({ chatCtx: contextOf(['user', 'Hello']) }));
        await orElse(model.aclose(), undefined);
        return { arrived: server.upgrades[0]?.headers['x-tenant'] ?? 'nothing' };
      }),
    expected: { ours: { arrived: '7' }, upstream: { arrived: 'nothing' } },
  },
  {
    pain: 20,
    what: 'a key is refused at the upgrade',
    async run(plugin) {
      let dials = 0;
      const server = createServer().on('upgrade', (_, socket) => {
        dials++;
        socket.end('HTTP/1.1 401 Unauthorized\r\nx-request-id: req_7\r\ncontent-length: 4\r\n\r\nNo. ');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL });
      const faults = errorsOf(model);
      await orElse(textOf(model.chat({ chatCtx: contextOf(['user', 'Hello']), connOptions: quickly(3) })), '');
      await orElse(model.aclose(), undefined);
      server.close();
      return { dials, status: faults.at(-1)?.status ?? 'unknown' };
    },
    expected: { ours: { dials: 1, status: 401 }, upstream: { dials: 4, status: 'unknown' } },
  },
  {
    pain: 21,
    what: 'a response fails because of a rate limit',
    run: (plugin) =>
      withResponses(async (server) => {
        server.script = ({ socket }, turn) =>
          turn === 1
            ? say(socket, created('r1'), {
                type: 'response.failed',
                response: { id: 'r1', status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' } },
              })
            : say(socket, ...answer(turn, 'Hello'));
        const model = new plugin.responses.LLM({ apiKey: 'sk-pain', baseURL: server.url });
        errorsOf(model);
        const stream = model.chat({ chatCtx: contextOf(['user', 'Hello']), connOptions: quickly(2) });
        const text = await orElse(textOf(stream), 'nothing');
        await orElse(model.aclose(), undefined);
        return { answered: text === 'Hello' };
      }),
    expected: { ours: { answered: true }, upstream: { answered: false } },
  },
  {
    pain: 27,
    what: 'a model is printed',
    run: async (plugin) => {
      const model = new plugin.realtime.RealtimeModel({ apiKey: 'sk-pain-27' });
      return { keyIsShown: `${inspect(model, { depth: 9, showHidden: true })}${JSON.stringify(model)}`.includes('sk-pain-27') };
    },
    expected: { ours: { keyIsShown: false }, upstream: { keyIsShown: true } },
  },
  {
    pain: 32,
    what: 'a model is younger than the plugin',
    run: async (plugin) => ({ reasons: plugin.supportsReasoningEffort('gpt-5.6-luna') }),
    expected: { ours: { reasons: true }, upstream: { reasons: false } },
  },
];
