import { initializeLogger, type tts as livekit } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import type { ConnectionEmitter, ConnectionEvent } from '@patchbay/plugin-kit';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { beforeAll, onTestFinished } from 'vitest';

/** What a plugin's text to speech is. */
export type BoothVoice = livekit.TTS & ConnectionEmitter;

type SpeechError = Parameters<livekit.TTSCallbacks['error']>[0];

/** A voice, the service that it speaks with, and what it tells. */
export interface Booth<Voice> {
  cloud: Loopback;
  clock: ManualClock;
  model: Voice;
  errors: SpeechError[];
  connection: ConnectionEvent[];
  metrics: Parameters<livekit.TTSCallbacks['metrics_collected']>[0][];
  /** What the voice was asked to say, by the service's own account. */
  spoken: string[];
}

const unhurried = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };

/** A voice at one of loopback's services, on a clock that stands still. */
export async function boothWith<Voice extends BoothVoice>(
  create: (origin: string) => Voice,
  more: LoopbackOptions,
): Promise<Booth<Voice>> {
  const runtime = createTestRuntime();
  const restore = installRuntime(runtime);
  const { clock } = runtime;
  const spoken: string[] = [];
  const cloud = await startLoopback({
    ...{ voice: 'plain', clock, pace: unhurried },
    ...more,
  });
  cloud.on('event', ({ name, detail }) => name === 'speech-requested' && spoken.push(String(detail.text).trim()));
  const model = create(cloud.origin);
  onTestFinished(async () => {
    let isClosed = false;
    void model.close().then(() => (isClosed = true));
    // Who does not answer a goodbye is given two seconds.
    while (!isClosed) await clock.advance(500);
    await cloud.close();
    restore();
  });
  const there: Booth<Voice> = { cloud, clock, model, errors: [], connection: [], metrics: [], spoken };
  const livekits: livekit.TTS = model;
  livekits.on('error', (error) => there.errors.push(error));
  livekits.on('metrics_collected', (collected) => there.metrics.push(collected));
  model.on('connection', (event) => there.connection.push(event));
  return there;
}

export function useVoices(): void {
  beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
}
