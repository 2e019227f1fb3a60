import { initializeLogger, stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { onTestFinished } from 'vitest';
import { hear, type Hearing } from './hearing.ts';
import { speechFrames } from './speech-frames.ts';

const { SpeechEventType } = livekit;

const sampleRate = 16_000;

type Listener<Stream extends livekit.SpeechStream> = Parameters<typeof hear<Stream>>[0] & Pick<livekit.STT, 'close'>;

export interface Listening<Stream extends livekit.SpeechStream, Model extends Listener<Stream>> {
  cloud: Loopback;
  model: Model;
  hearing: Hearing<Stream>;
  clock: ManualClock;
  say: (text: string, silenceMs?: number) => Promise<void>;
  ofType: (type: livekit.SpeechEventType) => livekit.SpeechEvent[];
  finals: () => livekit.SpeechData[];
}

/** A stream of a model of one of loopback's services, on a clock that stands still. 16,000 Hz. */
export async function listenWith<Stream extends livekit.SpeechStream, Model extends Listener<Stream>>(
  create: (cloud: Loopback) => Model,
  more: LoopbackOptions = {},
  connOptions?: APIConnectOptions,
): Promise<Listening<Stream, Model>> {
  initializeLogger({ pretty: false, level: 'silent' });
  const runtime = createTestRuntime();
  const restore = installRuntime(runtime);
  const { clock } = runtime;
  const cloud = await startLoopback({ voice: 'plain', pace: { tokenMs: 0 }, clock, ...more });
  const model = create(cloud);
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
    restore();
  });
  const hearing = hear<Stream>(model, connOptions);
  const ofType = (type: livekit.SpeechEventType): livekit.SpeechEvent[] =>
    hearing.events.filter((event) => event.type === type);
  return {
    ...{ cloud, model, hearing, clock, ofType },
    async say(text, silenceMs = 1_500) {
      for (const frame of await speechFrames(text, { silenceMs, sampleRate })) hearing.stream.pushFrame(frame);
    },
    finals: () => ofType(SpeechEventType.FINAL_TRANSCRIPT).map(({ alternatives }) => alternatives![0]),
  };
}
