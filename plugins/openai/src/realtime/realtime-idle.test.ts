import type { llm } from '@livekit/agents';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, test, vi } from 'vitest';
import { next, useBench } from './__fixtures__/realtime-test.ts';
import type { Line } from './__fixtures__/scripted-service.ts';
import type { RealtimeModelOptions } from './options.ts';

const bench = useBench();

const turnDetection = { type: 'server_vad', idle_timeout_ms: 6_000 } as const;

/** What the service sends when nobody has spoken for `idle_timeout_ms`. */
function timeOut(line: Line): void {
  line.send({ type: 'input_audio_buffer.timeout_triggered', item_id: 'u1', audio_start_ms: 500, audio_end_ms: 6_500 });
  line.send({ type: 'input_audio_buffer.committed', item_id: 'u1' });
  line.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] });
}

describe('a caller who says nothing', () => {
  test('is told, and the model speaks: a turn of its own, without a message from the caller', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    const { session: config } = await line.event('session.update');
    expect(config.audio.input.turn_detection.idle_timeout_ms).toBe(6_000);
    const transcripts = vi.fn();
    session.on('input_audio_transcription_completed', transcripts);
    const idle = next(session, 'idle_timeout');
    const created = next<llm.GenerationCreatedEvent>(session, 'generation_created');
    timeOut(line);
    const completed = { type: 'conversation.item.input_audio_transcription.completed', item_id: 'u1' };
    line.send({ ...completed, content_index: 0, transcript: ' ' });
    line.created('r1');
    expect(await idle).toEqual({ itemId: 'u1', audioStartMs: 500, audioEndMs: 6_500 });
    expect(await created).toMatchObject({ responseId: 'r1', userInitiated: false });
    expect(transcripts).not.toHaveBeenCalled();
    expect(bench.errors).toEqual([]);
  });

  test('but was heard after all has a message', async () => {
    const session = bench.open({ turnDetection });
    const line = await bench.service.line();
    const told = next<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    timeOut(line);
    const completed = { type: 'conversation.item.input_audio_transcription.completed', item_id: 'u1' };
    line.send({ ...completed, content_index: 0, transcript: 'hm?' });
    expect(await told).toMatchObject({ itemId: 'u1', transcript: 'hm?', isFinal: true });
  });

  test.each<RealtimeModelOptions>([{ turnDetection }, { turnDetection: { ...turnDetection, create_response: false } }])(
    'is answered also behind a gateway that asks for responses of its own',
    async (options) => {
      const gateway = gateways.litellm({ baseURL: bench.service.url, apiKey: 'sk-gateway' });
      const session = bench.open({ gateway, baseURL: undefined, ...options });
      const line = await bench.service.line();
      const created = next<llm.GenerationCreatedEvent>(session, 'generation_created');
      timeOut(line);
      line.created('r1');
      expect(await created).toMatchObject({ responseId: 'r1' });
      expect(line.types).not.toContain('response.cancel');
    },
  );
});
