import type { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { beforeEach } from 'vitest';
import { all } from '../../realtime/__fixtures__/realtime-test.ts';
import type { Line } from '../../realtime/__fixtures__/scripted-service.ts';
import { useServiceBench, type ServiceBench } from '../../realtime/__fixtures__/service-bench.ts';
import type { RealtimeTranslationModelOptions } from '../options.ts';
import { RealtimeTranslationModel } from '../translation-model.ts';
import type { RealtimeTranslationSession } from '../translation-session.ts';

/** What each test has at hand. */
export interface Bench extends ServiceBench {
  /** Everything that was said, by utterance. */
  spoken: llm.GenerationCreatedEvent[];
  /** A session with the service: `errors` and `spoken` are its own. */
  open(options?: Partial<RealtimeTranslationModelOptions>): RealtimeTranslationSession;
}

export function useBench(): Bench {
  const bench = useServiceBench();
  const spoken: llm.GenerationCreatedEvent[] = [];
  beforeEach(() => void (spoken.length = 0));
  return Object.assign(bench, {
    spoken,
    open(options: Partial<RealtimeTranslationModelOptions> = {}) {
      const where = { apiKey: 'sk-test-key', baseURL: bench.service.url };
      const model = new RealtimeTranslationModel({ ...where, targetLanguage: 'es', ...options });
      const session = bench.keep(model, model.session());
      session.on('generation_created', (event: llm.GenerationCreatedEvent) => spoken.push(event));
      return session;
    },
  });
}

/** Resolves with the next event of this name. */
export function next<T>(session: RealtimeTranslationSession, event: string): Promise<T> {
  return new Promise((resolve) => session.once(event, resolve));
}

/** The service says a word, and makes a sound or none. */
export function say(line: Line, text: string): void {
  line.send({ type: 'session.output_transcript.delta', delta: text });
}

export interface SoundOptions {
  level?: number;
  sampleRate?: number;
  channels?: number;
}

export function sound(line: Line, milliseconds: number, options: SoundOptions = {}): void {
  const { level = 8_000, sampleRate = 24_000, channels = 1 } = options;
  const samples = new Int16Array((sampleRate / 1_000) * milliseconds * channels).fill(level);
  const delta = Buffer.from(samples.buffer).toString('base64');
  line.send({ type: 'session.output_audio.delta', delta, sample_rate: sampleRate, channels, format: 'pcm16' });
}

export function hush(line: Line, milliseconds: number): void {
  sound(line, milliseconds, { level: 0 });
}

/** What the caller's microphone hands over. */
export function voiced(milliseconds: number, level = 8_000): AudioFrame {
  const samples = new Int16Array(24 * milliseconds).fill(level);
  return new AudioFrame(samples, 24_000, 1, samples.length);
}

/** One utterance, when it is over. */
export async function utteranceOf(event: llm.GenerationCreatedEvent): Promise<{ text: string; audioMs: number }> {
  const [message] = await all(event.messageStream);
  const text = (await all(message!.textStream)).map((part) => (typeof part === 'string' ? part : part.text)).join('');
  const frames = await all(message!.audioStream);
  return { text, audioMs: frames.reduce((sum, frame) => sum + (frame.samplesPerChannel * 1_000) / frame.sampleRate, 0) };
}

/** The audio that reached the service on a socket, in milliseconds, as far as it was a voice or silence. */
export function heardMs(line: Line, kind: 'voice' | 'silence'): number {
  const sizes = line.all('session.input_audio_buffer.append').map(({ audio }) => Buffer.from(audio as string, 'base64'));
  const wanted = sizes.filter((bytes) => bytes.some((byte) => byte !== 0) === (kind === 'voice'));
  return wanted.reduce((sum, bytes) => sum + bytes.length / 48, 0);
}
