import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, after, run, server } from './__fixtures__/fixtures.ts';
import { SocketPool } from './pool.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

function spans(): ReturnType<typeof exporter.getFinishedSpans> {
  const finished = exporter.getFinishedSpans();
  exporter.reset();
  return finished;
}

describe('tracing', () => {
  it('makes one span per physical socket, below the span that was active at `run`', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
    const call = trace.getTracer('test').startSpan('call');
    const harness = context.with(trace.setSpan(ROOT_CONTEXT, call), () =>
      run(connectionTo(`${cloud.url}?token=hush-hush-1`)),
    );
    await harness.until(() => harness.frames.length === 1);
    cloud.accepted[0]!.socket.close(1012, 'the caller said something private');
    await harness.until(() => harness.losses.length === 1);
    await advanceUntil(harness, () => harness.frames.length === 2);
    await harness.session.close();
    call.end();

    const [first, second] = spans();
    expect(first).toMatchObject({
      name: 'acme transcription socket',
      status: { code: SpanStatusCode.ERROR, message: 'closed' },
      parentSpanContext: { spanId: call.spanContext().spanId },
    });
    expect(first!.attributes).toEqual({
      'server.address': '127.0.0.1',
      'server.port': cloud.port,
      'url.path': '/v1/realtime',
      'patchbay.provider': 'acme',
      'patchbay.capability': 'transcription',
      'patchbay.gateway': 'acme',
      'patchbay.close_code': 1012,
      'error.type': 'closed',
    });
    expect(first!.events.map(({ name }) => name)).toEqual(['open']);
    expect(second).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: { spanId: call.spanContext().spanId },
    });
    expect(second!.attributes['patchbay.close_code']).toBe(1000);
  });

  it('notes the status of a refusal and nothing of what it said', async () => {
    const cloud = await server({
      onUpgrade: (_request, socket) => (socket.end('HTTP/1.1 403 Forbidden\r\n\r\nkey sk-test-123456 is wrong'), true),
    });
    await run(connectionTo(cloud.url)).ended;
    const [span] = spans();
    expect(span!.attributes).toMatchObject({ 'http.response.status_code': 403, 'error.type': 'upgrade-refused' });
    expect(JSON.stringify([span!.attributes, span!.status, span!.events])).not.toContain('sk-test');
    expect(span!.events).toEqual([]);
  });

  it('runs the credential callback below the span of the socket', async () => {
    const cloud = await server();
    let active: string | undefined;
    const harness = run(
      connectionTo(cloud.url, {
        apiKey: () => {
          active = trace.getActiveSpan()?.spanContext().spanId;
          return 'key-of-the-test';
        },
      }),
    );
    await harness.until(() => harness.session.state === 'open');
    await harness.session.close();
    const [span] = spans();
    expect(active).toBe(span!.spanContext().spanId);
  });

  it('ends the span of a dial that was given up, and of one whose credential never came', async () => {
    const harness = run(connectionTo('ws://127.0.0.1:9/', { apiKey: () => new Promise(() => {}) }));
    await harness.session.close();
    expect(spans()).toHaveLength(1);
  });

  it('covers pooled sockets, with a tracer of the user', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.on('message', () => socket.send('done')) });
    const tracer = provider.getTracer('mine');
    const pool = new SocketPool({ connection: connectionTo(cloud.url), tracer });
    after(() => pool.close());
    const turn = tracer.startSpan('turn');
    await context.with(trace.setSpan(ROOT_CONTEXT, turn), () =>
      pool.request(() => 'question', {
        onFrame: () => true,
        signal: new AbortController().signal,
        firstEventMs: 10_000,
        inactivityMs: 10_000,
        dialMs: 10_000,
      }),
    );
    await pool.close();
    const [span] = spans();
    expect(span).toMatchObject({
      instrumentationScope: { name: 'mine' },
      parentSpanContext: { spanId: turn.spanContext().spanId },
    });
  });
});
