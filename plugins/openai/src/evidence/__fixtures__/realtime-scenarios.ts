import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { ScriptedService, type Line } from '../../realtime/__fixtures__/scripted-service.ts';
import { orElse, quickly, type Plugin, type Scenario } from './scenario.ts';

type RealtimeSession = ReturnType<InstanceType<Plugin['realtime']['RealtimeModel']>['session']>;

/** A port of this machine at which nobody answers. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Call {
  session: RealtimeSession;
  service: ScriptedService;
  /** The first socket, once the session has told it what it is. */
  line: Line;
  errors: llm.RealtimeModelError[];
}

/** Holds a session with a scripted service, and leaves nothing behind. */
async function call<T>(plugin: Plugin, hold: (call: Call) => Promise<T>): Promise<T> {
  const service = await ScriptedService.start();
  const model = new plugin.realtime.RealtimeModel({ apiKey: 'sk-pain', baseURL: service.url, connOptions: quickly(3) });
  const session = model.session();
  const errors: llm.RealtimeModelError[] = [];
  session.on('error', (error) => errors.push(error as llm.RealtimeModelError));
  try {
    const line = await service.line();
    await line.event('session.update');
    return await hold({ session, service, line, errors });
  } finally {
    await orElse(session.close(), undefined);
    await service.stop();
  }
}

export const realtimeScenarios: Scenario[] = [
  {
    pain: 1,
    what: 'a realtime connection is refused',
    alone: true,
    async run(plugin) {
      const baseURL = `http://127.0.0.1:${await deadPort()}/v1`;
      const model = new plugin.realtime.RealtimeModel({ apiKey: 'sk-pain', baseURL, connOptions: quickly(0) });
      const session = model.session();
      const [error] = (await once(session, 'error')) as [llm.RealtimeModelError];
      await session.close();
      return { recoverable: error.recoverable };
    },
    expected: { ours: { recoverable: false }, upstream: 'crash' },
  },
  {
    pain: 2,
    what: 'a session is closed',
    run: (plugin) =>
      call(plugin, async ({ session, line }) => {
        const gone = once(line.socket, 'close').then(() => true);
        await session.close();
        return { serviceSawTheEnd: await orElse(gone, false) };
      }),
    expected: { ours: { serviceSawTheEnd: true }, upstream: { serviceSawTheEnd: false } },
  },
  {
    pain: 5,
    what: 'a service accepts every socket and drops it',
    async run(plugin) {
      const service = await ScriptedService.start({ greeting: false });
      const model = new plugin.realtime.RealtimeModel({ apiKey: 'sk-pain', baseURL: service.url });
      const session = model.session();
      const failed = once(session, 'error').then(() => true);
      const drop = setInterval(() => service.lines.forEach(({ socket }) => socket.close(1000)), 5);
      const told = await orElse(failed, false);
      clearInterval(drop);
      const dials = service.lines.length;
      await orElse(session.close(), undefined);
      await service.stop();
      return { told, dials: dials <= 6 ? 'a few' : 'many' };
    },
    expected: { ours: { told: true, dials: 'a few' }, upstream: { told: false, dials: 'many' } },
  },
  {
    pain: 7,
    what: 'events are sent while the socket is being replaced',
    run: (plugin) =>
      call(plugin, async ({ session, service, line }) => {
        line.socket.close(1012);
        await once(line.socket, 'close');
        const next = await service.line(2);
        await next.event('session.update');
        const names = ['m0', 'm1', 'm2', 'm3'];
        for (const id of names) session.sendEvent({ type: 'input_audio_buffer.clear', event_id: id });
        await orElse(next.event('input_audio_buffer.clear', names.length), undefined);
        return { arrived: next.all('input_audio_buffer.clear').map(({ event_id: id }) => id as string) };
      }),
    expected: { ours: { arrived: ['m0', 'm1', 'm2', 'm3'] }, upstream: { arrived: ['m1', 'm2', 'm3'] } },
  },
  {
    pain: 23,
    what: 'a tool is called without arguments',
    run: (plugin) =>
      call(plugin, async ({ session, line }) => {
        const generation = new Promise<llm.GenerationCreatedEvent>((resolve) => {
          session.on('generation_created', (event) => resolve(event as llm.GenerationCreatedEvent));
        });
        line.created('resp_1');
        line.call('resp_1', 'item_1', 'now', '');
        line.done('resp_1');
        const calls: string[] = [];
        for await (const { name, args } of (await generation).functionStream as AsyncIterable<llm.FunctionCall>)
          calls.push(`${name} ${args}`);
        return { calls };
      }),
    expected: { ours: { calls: ['now {}'] }, upstream: { calls: [] } },
  },
  {
    pain: 24,
    what: 'a reply is truncated beyond the sound that arrived',
    run: (plugin) =>
      call(plugin, async ({ session, line }) => {
        const generation = once(session, 'generation_created');
        line.created('resp_1');
        line.speak('resp_1', 'item_1', 'Hello', 100);
        const [{ messageStream }] = (await generation) as [llm.GenerationCreatedEvent];
        const { value: message } = await messageStream.getReader().read();
        await message?.audioStream.getReader().read();
        void session.truncate({ messageId: 'item_1', audioEndMs: 5_000, modalities: ['audio'] });
        const { audio_end_ms: endMs } = await line.event('conversation.item.truncate');
        line.done('resp_1');
        return { endMs: Number(endMs) <= 100 ? 'within what arrived' : 'beyond it' };
      }),
    expected: { ours: { endMs: 'within what arrived' }, upstream: { endMs: 'beyond it' } },
  },
  {
    pain: 25,
    what: 'a frame of 100 ms is a view of a longer buffer',
    run: (plugin) =>
      call(plugin, async ({ session, line }) => {
        const buffer = new Int16Array(9_600).fill(1);
        const view = buffer.subarray(2_400, 4_800).fill(7);
        session.pushAudio(new AudioFrame(view, 24_000, 1, 2_400));
        session.pushAudio(new AudioFrame(view, 24_000, 1, 2_400));
        const { audio } = await line.event('input_audio_buffer.append');
        const sent = Buffer.from(String(audio), 'base64');
        return { sent: sent.every((byte, at) => byte === (at % 2 === 0 ? 7 : 0)) ? 'its own samples' : 'its neighbours' };
      }),
    expected: { ours: { sent: 'its own samples' }, upstream: { sent: 'its neighbours' } },
  },
  {
    pain: 30,
    what: 'turn detection is told not to answer',
    run: async (plugin) => ({
      takesTurns: new plugin.realtime.RealtimeModel({
        apiKey: 'sk-pain',
        turnDetection: { type: 'server_vad', create_response: false },
      }).capabilities.turnDetection,
    }),
    expected: { ours: { takesTurns: false }, upstream: { takesTurns: true } },
  },
  {
    pain: 29,
    what: 'somebody wants a new connection, or to know about the one there is',
    run: (plugin) =>
      call(plugin, async ({ session }) => ({
        reconnects: typeof (session as { reconnect?: unknown }).reconnect === 'function',
      })),
    expected: { ours: { reconnects: true }, upstream: { reconnects: false } },
  },
];
