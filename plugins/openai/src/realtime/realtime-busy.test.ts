import { llm } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import type { Event, Line } from './__fixtures__/scripted-service.ts';
import { askedFor, caughtUp, useBench } from './__fixtures__/realtime-test.ts';

const bench = useBench();

/** Another response is in the way, the service says. */
function refuse(line: Line, create: Event, busyWith = 'resp_elsewhere'): void {
  line.fail({
    type: 'invalid_request_error',
    code: 'conversation_already_has_active_response',
    message: `Conversation already has an active response in progress: ${busyWith}. Wait until the response is finished before creating a new one.`,
    event_id: create.event_id,
  });
}

const creates = (line: Line): number => line.all('response.create').length;

describe.each([
  ['nobody but us takes turns', null],
  ['the service takes turns and does not answer', { type: 'server_vad', create_response: false }],
  ['the service answers', { type: 'server_vad' }],
] as const)('pain 11: a request refused for the sake of another response, where %s', (_name, turnDetection) => {
  test('is made again after a moment, although the end of no response is heard', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    const asked = session.generateReply('first');
    refuse(line, await line.event('response.create'));
    await caughtUp(session, line);
    await bench.clock.advance(249);
    expect(creates(line)).toBe(1);
    await bench.clock.advance(1);
    const again = await line.event('response.create', 2);
    line.created('r1', again);
    await expect(asked).resolves.toMatchObject({ responseId: 'r1', userInitiated: true });
    line.done('r1');
    const later = session.generateReply('second');
    line.created('r2', await line.event('response.create', 3));
    await expect(later).resolves.toMatchObject({ responseId: 'r2' });
    expect(bench.errors).toEqual([]);
  });

  test('that came too soon after the end of that response is made again too', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    await askedFor(session, line);
    const second = session.generateReply();
    line.done('r1');
    refuse(line, await line.event('response.create', 2), 'r1');
    await caughtUp(session, line);
    await bench.clock.advance(250);
    line.created('r2', await line.event('response.create', 3));
    await expect(second).resolves.toMatchObject({ responseId: 'r2' });
  });

  test('is made again at once when the end of a response is heard', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    const asked = session.generateReply();
    refuse(line, await line.event('response.create'), 'r-other');
    line.done('r-other');
    line.created('r1', await line.event('response.create', 2));
    await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
  });

  test('is given up with a typed error after a few tries, each later than the one before; the next reply is asked for at once', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    line.socket.on('message', () => {
      const event = line.received.at(-1)!;
      if (event.type === 'response.create' && creates(line) <= 6) refuse(line, event);
    });
    const asked = session.generateReply().then(
      () => expect.unreachable(),
      (error: unknown) => error as Error,
    );
    await line.event('response.create');
    await caughtUp(session, line);
    for (const [waitMs, count] of [
      [249, 1],
      [1, 2],
      [499, 2],
      [1, 3],
      [999, 3],
      [1, 4],
      [1_999, 4],
      [1, 5],
      [3_999, 5],
      [1, 6],
    ] as const) {
      await bench.clock.advance(waitMs);
      await caughtUp(session, line);
      expect(creates(line)).toBe(count);
    }
    const error = await asked;
    expect(error).toBeInstanceOf(llm.RealtimeError);
    expect(error.cause).toMatchObject({
      code: 'provider-error',
      providerCode: 'conversation_already_has_active_response',
      retryable: true,
    });
    const later = session.generateReply();
    line.created('r7', await line.event('response.create', 7));
    await expect(later).resolves.toMatchObject({ responseId: 'r7' });
    expect(bench.errors).toEqual([]);
  });

  test('holds nobody up who comes after whoever asked has gone', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    const caller = new AbortController();
    const aborted = expect(session.generateReply('a', { signal: caller.signal })).rejects.toThrow('aborted');
    refuse(line, await line.event('response.create'));
    await caughtUp(session, line);
    const second = session.generateReply('b');
    caller.abort();
    await aborted;
    const create = await line.event('response.create', 2);
    expect(create.response.instructions).toBe('b');
    line.created('r2', create);
    await expect(second).resolves.toMatchObject({ responseId: 'r2' });
  });
});

test('pain 11: a request that was interrupted before it was refused, or lost, is not made again', async () => {
  const session = bench.open({ turnDetection: null });
  const line = await bench.service.line();
  const refused = expect(session.generateReply()).rejects.toThrow('interrupted before it began');
  const create = await line.event('response.create');
  await session.interrupt();
  refuse(line, create);
  await refused;
  const lost = expect(session.generateReply()).rejects.toThrow('interrupted before it began');
  await bench.clock.advance(250);
  await line.event('response.create', 2);
  await session.interrupt();
  line.socket.terminate();
  await lost;
  await bench.until(() => bench.service.lines.length === 2);
  const third = session.generateReply();
  const next = await bench.service.line(2);
  next.created('r3', await next.event('response.create'));
  await expect(third).resolves.toMatchObject({ responseId: 'r3' });
  expect(creates(next)).toBe(1);
});
