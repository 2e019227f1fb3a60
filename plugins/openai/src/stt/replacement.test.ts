import { initializeLogger } from '@livekit/agents';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hearCloud, until } from './__fixtures__/hearing.ts';
import { startService } from './__fixtures__/service.ts';
import { speechFrames } from './__fixtures__/speaking.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const modelsOf = (told: readonly Record<string, unknown>[]): string[] =>
  told.map(
    ({ session }) =>
      (session as { audio: { input: { transcription: { model: string } } } }).audio.input.transcription.model,
  );

describe('options that need another socket', () => {
  it('are heard at once, however young the socket is, and however often they change', async () => {
    const runtime = createTestRuntime();
    onTestFinished(installRuntime(runtime));
    const { model, hearing, told, say } = await startService();
    const names = ['gpt-4o-transcribe', 'whisper-1', 'gpt-4o-mini-transcribe', 'gpt-4o-transcribe', 'whisper-1'];
    for (const [index, name] of names.entries()) {
      say({ type: 'session.updated', session: {} });
      await runtime.clock.advance(250);
      model.updateOptions({ model: name });
      await runtime.clock.advance(0);
      await until(() => told.length === index + 2);
    }
    expect(modelsOf(told)).toEqual(['gpt-4o-mini-transcribe', ...names]);
    expect(hearing.connection.filter(({ type }) => type === 'reconnecting' || type === 'audio-dropped')).toEqual([]);
    expect(hearing.errors).toEqual([]);
  });

  it('share a socket when they change in one go, and the last ones win', async () => {
    const runtime = createTestRuntime();
    onTestFinished(installRuntime(runtime));
    const { model, hearing, sockets, told } = await startService();
    for (const name of ['whisper-1', 'gpt-4o-transcribe', 'whisper-1']) model.updateOptions({ model: name });
    await runtime.clock.advance(0);
    await until(() => told.length === 2);
    for (const name of ['gpt-4o-mini-transcribe', 'gpt-4o-transcribe']) model.updateOptions({ model: name });
    await runtime.clock.advance(249);
    expect(sockets.length).toBe(2);
    await runtime.clock.advance(1);
    await until(() => told.length === 3);
    await runtime.clock.advance(10_000);
    expect(modelsOf(told)).toEqual(['gpt-4o-mini-transcribe', 'whisper-1', 'gpt-4o-transcribe']);
    expect([sockets.length, hearing.errors]).toEqual([3, []]);
  });

  it('change while a socket is dialled whose URL names the model, which is dialled again', async () => {
    const { model, sockets, told, dialled } = await startService({ modelIn: 'url' });
    sockets[0]!.terminate();
    const sent = dialled.length;
    await until(() => dialled.length > sent);
    model.updateOptions({ model: 'whisper-1' });
    await until(() => told.length === 2);
    expect(dialled.at(-1)).toMatch(/[?&]model=whisper-1(&|$)/);
    expect(sockets.at(-1)!.readyState).toBe(1);
  });

  it('cost no word of a sentence during which they change', async () => {
    const { model, hearing } = await hearCloud({ pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
    const frames = await speechFrames('Nobody will ever miss a word of this.');
    const quarter = Math.floor(frames.length / 4);
    for (let part = 0; part < 4; part++) {
      const end = part === 3 ? frames.length : (part + 1) * quarter;
      for (const frame of frames.slice(part * quarter, end)) hearing.stream.pushFrame(frame);
      if (part < 3) model.updateOptions({ model: part % 2 === 0 ? 'gpt-4o-transcribe' : 'gpt-4o-mini-transcribe' });
      const opens = hearing.connection.filter(({ type }) => type === 'open').length;
      if (part < 3) await until(() => hearing.connection.filter(({ type }) => type === 'open').length > opens);
    }
    expect(await hearing.finals(1)).toEqual(['Nobody will ever miss a word of this.']);
    expect(hearing.connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
    expect(hearing.errors).toEqual([]);
  });
});
