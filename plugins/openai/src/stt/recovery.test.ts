import { initializeLogger, VADEventType, VADStream, type VADEvent } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { EnergyVad } from './__fixtures__/energy-vad.ts';
import { hear, hearCloud, tell, until } from './__fixtures__/hearing.ts';
import { startService } from './__fixtures__/service.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import { STT } from './stt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

it('pain 18: a socket that is open on one side only is found by its silence, and replaced', async () => {
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  const { clock } = runtime;
  const { hearing, sockets, told, say } = await startService({}, { autoPong: false });
  say({ type: 'session.updated', session: {} });
  await until(() => hearing.connection.some(({ type }) => type === 'open'));
  await clock.advance(15_000);
  expect(sockets.length).toBe(1);
  await clock.advance(10_000);
  await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
  await clock.advance(1_000);
  await until(() => told.length === 2);
  say({ type: 'conversation.item.input_audio_transcription.completed', item_id: 'a', transcript: 'Still here.' });
  expect(await hearing.finals(1)).toEqual(['Still here.']);
  expect([sockets.length, hearing.errors]).toEqual([2, []]);
});

it('pain 6: outlives the hour that a session lasts, and says so only by an event', async () => {
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  const { cloud, hearing } = await hearCloud({ pace: { tokenMs: 0 }, clock: runtime.clock });
  for (let hour = 1; hour <= 3; hour++) {
    await runtime.clock.advance(3_400_000);
    const rotations = () => hearing.connection.filter(({ type }) => type === 'rotated').length;
    await until(() => rotations() === hour && cloud.sockets === 1);
    for (const frame of await speechFrames(`Hour ${hour}.`)) hearing.stream.pushFrame(frame);
    await hearing.finals(hour);
  }
  expect(await hearing.finals(3)).toEqual(['Hour 1.', 'Hour 2.', 'Hour 3.']);
  expect(hearing.errors).toEqual([]);
});

/** A stream of a model that needs a VAD, and what it heard of two sentences. */
async function heardWith(vad: EnergyVad): Promise<{ story: string; errors: unknown[]; close(): Promise<void> }> {
  const cloud = await startLoopback({ voice: 'plain', pace: { tokenMs: 0 } });
  onTestFinished(() => cloud.close());
  const model = new STT({ model: 'gpt-realtime-whisper', vad, apiKey: 'k', baseURL: cloud.url });
  const hearing = hear(model);
  await tell(hearing, ['Four for a boy.', 'Five for silver.']);
  return {
    story: hearing.story(),
    errors: hearing.errors,
    async close() {
      hearing.stream.endInput();
      await hearing.ended;
      await model.close();
    },
  };
}

it('fault A: ends a stream with a VAD without VADStream.endInput, whose rejection ended the process', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const endInput = vi.spyOn(VADStream.prototype, 'endInput');
  const vad = new EnergyVad();
  const { story, errors, close } = await heardWith(vad);
  await close();
  await until(() => vad.closed === 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect([story, errors, rejections]).toEqual(['<Four for a boy.><Five for silver.>', [], []]);
  expect(endInput).not.toHaveBeenCalled();
});

/** Hands out frames that are windows of memory which is overwritten at once, as LiveKit's own does, and notices a look. */
class AliasingVad extends EnergyVad {
  looks = 0;

  override stream(): VADStream {
    const stream = super.stream();
    const send = (stream as unknown as { sendVADEvent(event: VADEvent): boolean }).sendVADEvent.bind(stream);
    Object.defineProperty(stream, 'sendVADEvent', {
      value: (event: VADEvent) => {
        const watched = { ...event };
        Object.defineProperty(watched, 'frames', {
          get: () => {
            if (event.type === VADEventType.END_OF_SPEECH) this.looks++;
            return [];
          },
        });
        return send(watched);
      },
    });
    return stream;
  }
}

it('fault B: transcribes what was said, and never the frames of a VAD, which LiveKit overwrites', async () => {
  const vad = new AliasingVad();
  const { story, close } = await heardWith(vad);
  await close();
  expect([story, vad.looks]).toEqual(['<Four for a boy.><Five for silver.>', 0]);
});
