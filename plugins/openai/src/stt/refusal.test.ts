import { initializeLogger } from '@livekit/agents';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from './__fixtures__/hearing.ts';
import { startService } from './__fixtures__/service.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const refused = (error: object) => ({ type: 'error', error: { type: 'invalid_request_error', ...error } });
const heard = (id: string) => ({
  type: 'conversation.item.input_audio_transcription.completed',
  item_id: id,
  transcript: `${id}.`,
});

describe('a refused configuration', () => {
  it.each([
    ['names its event', { event_id: 'patchbay_session_update', code: 'invalid_value' }],
    ['names the field', { code: 'invalid_value', param: 'session.audio.input.transcription.language' }],
    ['names nothing, before the service has taken it', { code: 'invalid_value' }],
  ])('ends the stream, typed and once, if the error %s', async (_name, error) => {
    const { hearing, sockets, say } = await startService({ logprobs: false });
    say({ type: 'session.created', session: {} }, refused({ ...error, message: 'bad language' }));
    await hearing.ended;
    expect(sockets.length).toBe(1);
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { message: 'bad language', retryable: false, cause: { code: 'provider-error' } } },
    ]);
  });

  it('ends the stream too when it is a later update', async () => {
    const { hearing, say } = await startService();
    say({ type: 'session.updated' }, refused({ param: 'session.audio.input.turn_detection', message: 'no' }));
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { message: 'no' } }]);
  });
});

describe('a service that does not know logprobs', () => {
  const unknown = { code: 'unknown_parameter', param: 'session.include' };

  it('is told what the user said and no more, there and on the next socket', async () => {
    const { hearing, sockets, told, say } = await startService();
    expect(told[0]).toMatchObject({ session: { include: ['item.input_audio_transcription.logprobs'] } });
    say({ type: 'session.created', session: {} }, refused({ ...unknown, message: 'Unknown parameter.' }));
    await until(() => told.length === 2);
    const { session } = told[1] as { session: Record<string, unknown> };
    expect(session.include).toBeUndefined();
    expect(session.audio).toEqual((told[0] as { session: Record<string, unknown> }).session.audio);
    say({ type: 'session.updated' }, heard('One'));
    await until(() => hearing.story().includes('One.'));
    sockets[0]?.terminate();
    await until(() => told.length === 3);
    expect((told[2] as { session: Record<string, unknown> }).session.include).toBeUndefined();
    expect(hearing.errors).toEqual([]);
  });

  it('ends the stream if the user asked for them', async () => {
    const { hearing, say } = await startService({ logprobs: true });
    say({ type: 'session.created', session: {} }, refused({ ...unknown, message: 'Unknown parameter.' }));
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { message: 'Unknown parameter.' } }]);
  });
});

describe('a refused event', () => {
  it.each([
    ['was taken', [{ type: 'session.updated' }]],
    ['proves itself by a transcript, as behind gateways that confirm nothing', [heard('One')]],
  ])('is survived once the configuration %s', async (_name, proof) => {
    const { hearing, sockets, say } = await startService();
    say(...proof, refused({ code: 'unknown_parameter', message: 'no' }), heard('Two'));
    await until(() => hearing.story().includes('Two.'));
    expect([sockets.length, hearing.errors]).toEqual([1, []]);
  });

  it.each([
    ['another event', { event_id: 'event_7', code: 'invalid_value' }],
    ['the audio', { code: 'input_audio_buffer_append_invalid' }],
    ['a field of the audio', { code: 'invalid_value', param: 'audio' }],
  ])('is survived before that if it is about %s', async (_name, error) => {
    const { hearing, sockets, say } = await startService();
    say(refused({ ...error, message: 'no' }), heard('One'));
    await until(() => hearing.story().includes('One.'));
    expect([sockets.length, hearing.errors]).toEqual([1, []]);
  });
});
