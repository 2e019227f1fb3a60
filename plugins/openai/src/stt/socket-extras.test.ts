import { initializeLogger } from '@livekit/agents';
import { beforeAll, describe, expect, it } from 'vitest';
import { hear, until } from './__fixtures__/hearing.ts';
import { startService } from './__fixtures__/service.ts';
import { speechFrames } from './__fixtures__/speaking.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const include = ['item.input_audio_transcription.logprobs'];
const refusal = (error: object) => ({ type: 'error', error: { type: 'invalid_request_error', ...error } });
const unknown = refusal({
  code: 'unknown_parameter',
  param: 'session.include',
  message: "Unknown parameter: 'session.include'.",
  event_id: 'patchbay_session_update',
});
const heard = (id: string) => ({
  type: 'conversation.item.input_audio_transcription.completed',
  item_id: id,
  transcript: `${id}.`,
});
/** What configurations asked to include, in order; `undefined`: nothing. */
const included = (told: readonly Record<string, unknown>[]): unknown[] =>
  told.filter(({ type }) => type === 'session.update').map(({ session }) => (session as { include?: unknown }).include);

describe('log probabilities that nobody asked for', () => {
  it.each([
    ['names the field and the event', unknown],
    ['names the field alone', refusal({ param: 'session.include', message: 'no' })],
    ['names one of its elements', refusal({ code: 'invalid_value', param: 'session.include[0]', message: 'no' })],
    ['names it in words', refusal({ message: "Unknown parameter: 'include'." })],
    ['names what it would include', refusal({ message: 'item.input_audio_transcription.logprobs is not supported' })],
    ['is of another type', { type: 'error', error: { code: 'unknown_parameter', param: 'include', message: 'no' } }],
    ['has no type', { type: 'error', error: { message: 'Invalid session.' } }],
    ['is one of the service', { type: 'error', error: { type: 'server_error', message: 'Internal error.' } }],
    ['is mere words', { type: 'error', error: 'validation failed' }],
    ['says nothing at all', { type: 'error' }],
    ['is of the whole session', refusal({ code: 'invalid_value', param: 'session', message: 'Invalid session.' })],
  ])('are left out on the same socket if the refusal %s, and the stream goes on', async (_name, refused) => {
    const { hearing, sockets, told, say } = await startService();
    say({ type: 'session.created', session: {} }, refused);
    await until(() => told.length === 2);
    say({ type: 'session.updated', session: {} }, heard('One'));
    expect(await hearing.finals(1)).toEqual(['One.']);
    const [first, second] = told as [{ session: object }, { session: object }];
    expect(first.session).toEqual({ ...second.session, include });
    expect([included(told), sockets.length, hearing.errors]).toEqual([[include, undefined], 1, []]);
  });

  it('are left out of what the STT says later: updates, the next sockets and other streams', async () => {
    const { model, hearing, sockets, told, say } = await startService();
    say(unknown);
    await until(() => told.length === 2);
    say({ type: 'session.updated', session: {} });
    model.updateOptions({ language: 'de' });
    await until(() => told.length === 3);
    sockets[0]!.close(1012);
    await until(() => told.length === 4);
    const another = hear(model);
    await until(() => told.length === 5);
    expect(included(told)).toEqual([include, undefined, undefined, undefined, undefined]);
    expect([sockets.length, hearing.errors, another.errors]).toEqual([3, [], []]);
  });

  it('are refused once for each configuration that was on its way', async () => {
    const { model, hearing, sockets, told, say } = await startService();
    model.updateOptions({ language: 'de' });
    await until(() => told.length === 2);
    say(unknown, unknown);
    await until(() => told.length === 4);
    say({ type: 'session.updated', session: {} }, heard('One'));
    expect(await hearing.finals(1)).toEqual(['One.']);
    expect(included(told)).toEqual([include, include, undefined, undefined]);
    expect([sockets.length, hearing.errors]).toEqual([1, []]);
  });

  it('are left out by each stream that was open already', async () => {
    const { model, hearing, sockets, told, say } = await startService();
    const another = hear(model);
    await until(() => told.length === 2);
    for (const socket of sockets) socket.send(JSON.stringify(unknown));
    await until(() => told.length === 4);
    say(heard('One'));
    expect(await another.finals(1)).toEqual(['One.']);
    expect([included(told).slice(2), hearing.errors, another.errors]).toEqual([[undefined, undefined], [], []]);
  });

  it('cost no audio that was sent meanwhile', async () => {
    const { hearing, sockets, told, say } = await startService();
    let appended = 0;
    sockets[0]!.on('message', (data: Buffer) => {
      if (data.includes('input_audio_buffer.append')) appended++;
    });
    const frames = await speechFrames('Kept.');
    for (const frame of frames.slice(0, 10)) hearing.stream.pushFrame(frame);
    say(unknown);
    await until(() => told.length === 2);
    for (const frame of frames.slice(10)) hearing.stream.pushFrame(frame);
    const milliseconds = frames.reduce((sum, frame) => sum + (frame.samplesPerChannel / frame.sampleRate) * 1_000, 0);
    await until(() => appended === Math.floor(milliseconds / 50));
    expect(hearing.connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
  });

  it('are not blamed again for a configuration without them: a second refusal ends the stream', async () => {
    const { hearing, told, say } = await startService();
    say(refusal({ message: 'the session must include a language' }));
    await until(() => told.length === 2);
    say(refusal({ message: 'the session must include a language' }));
    await hearing.ended;
    expect(told.length).toBe(2);
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { message: /must include a language/ } }]);
  });

  it.each([1003, 1007, 1008, 1011, 4400])(
    'cost one socket where a server closes with %s before it takes the configuration',
    async (code) => {
      const { hearing, sockets, told, say } = await startService();
      sockets[0]!.close(code, 'no');
      await until(() => told.length === 2);
      say({ type: 'session.updated', session: {} }, heard('One'));
      expect(await hearing.finals(1)).toEqual(['One.']);
      expect(included(told)).toEqual([include, undefined]);
      expect(hearing.errors.filter(({ recoverable }) => !recoverable)).toEqual([]);
    },
  );

  it.each([4401, 4000])('are not blamed for a close with %s', async (code) => {
    const { hearing, sockets, told } = await startService();
    sockets[0]!.close(code, 'no');
    await hearing.ended;
    expect([sockets.length, told.length]).toEqual([1, 1]);
  });

  it('are not blamed for a close once the configuration was taken', async () => {
    const { hearing, sockets, told, say } = await startService();
    say({ type: 'session.updated', session: {} }, heard('One'));
    expect(await hearing.finals(1)).toEqual(['One.']);
    sockets[0]!.close(1011, 'no');
    await until(() => told.length === 2);
    expect(included(told)).toEqual([include, include]);
  });

  it.each([
    ['a wrong key', { code: 'invalid_api_key' }],
    ['an empty account', { code: 'insufficient_quota' }],
    ['a model that does not exist', { code: 'model_not_found' }],
  ])('are not blamed for %s', async (_name, error) => {
    const { hearing, told, say } = await startService();
    say(refusal({ ...error, message: 'no' }));
    await hearing.ended;
    expect(told.length).toBe(1);
  });

  it('are not blamed for what names something else', async () => {
    const { hearing, told, say } = await startService();
    say(refusal({ param: 'session.audio.input.turn_detection', message: 'no' }));
    await hearing.ended;
    expect(told.length).toBe(1);
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { message: 'no' } }]);
  });

  it('are not sent with logprobs: false', async () => {
    const { told } = await startService({ logprobs: false });
    expect(included(told)).toEqual([undefined]);
  });
});

describe('log probabilities that the user asked for', () => {
  it('are never left out: a refusal ends the stream, typed and once', async () => {
    const { hearing, sockets, told, say } = await startService({ logprobs: true });
    say(unknown);
    await hearing.ended;
    expect([included(told), sockets.length]).toEqual([[include], 1]);
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { message: "Unknown parameter: 'session.include'.", retryable: false } },
    ]);
  });

  it('are asked for although the same was left out before', async () => {
    const { model, hearing, told, say } = await startService();
    say(unknown);
    await until(() => told.length === 2);
    model.updateOptions({ logprobs: true });
    await until(() => told.length === 3);
    expect(included(told)).toEqual([include, undefined, include]);
    say(unknown);
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false }]);
  });
});
