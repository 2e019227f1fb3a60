import { initializeLogger, type tts as livekit } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import type { ConnectionEvent } from '@patchbay/plugin-kit';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { beforeAll, onTestFinished } from 'vitest';
import type { TTSOptions } from '../tts/options.ts';
import { TTS } from '../tts/tts.ts';
import type { TTSv2Options } from '../tts-v2/options.ts';
import { TTSv2 } from '../tts-v2/tts-v2.ts';

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

async function booth<Voice extends TTS | TTSv2>(
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

export const aura = (options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<Booth<TTS>> =>
  booth((baseUrl) => new TTS({ apiKey: 'dg-test-key', baseUrl, ...options }), more);

export const flux = (options: Partial<TTSv2Options> = {}, more: LoopbackOptions = {}): Promise<Booth<TTSv2>> =>
  booth((baseUrl) => new TTSv2({ apiKey: 'dg-test-key', baseUrl, ...options }), more);

/** A kind of voice. */
export interface VoiceKind {
  name: string;
  open: typeof aura | typeof flux;
  /** Of its sockets. */
  path: string;
}

export const voices: readonly VoiceKind[] = [
  { name: 'TTS', open: aura, path: '/v1/speak' },
  { name: 'TTSv2', open: flux, path: '/v2/speak' },
];
