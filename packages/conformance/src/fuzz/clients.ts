import type { stt, tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { ConnectionEmitter } from '@patchbay/plugin-kit';
import type { Client } from './sockets.ts';

/** Nothing is tried again: what a frame has ended is replaced by something fresh. */
const connOptions = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };

/** Who hears everything says nothing of it. */
function attend(model: ConnectionEmitter): void {
  model.on('connection', () => {});
  (model as { on(event: string, listener: () => void): unknown }).on('error', () => {});
}

/** A stream of speech to text that somebody talks into. */
export function listening(model: stt.STT & ConnectionEmitter): Client {
  attend(model);
  const stream = model.stream({ connOptions });
  const ended = (async () => {
    for await (const _event of stream);
  })();
  // It would go on on another socket, but not at once.
  const lost = new Promise((resolve) => model.on('connection', ({ type }) => type === 'reconnecting' && resolve(type)));
  const over = Promise.race([ended, lost]);
  const poke = (): void => {
    stream.pushFrame(new AudioFrame(new Int16Array(1_600), 16_000, 1, 1_600));
    stream.flush();
  };
  poke();
  return { over, poke, close: () => model.close() };
}

/** A stream of text to speech that is written into. */
export function speaking(model: tts.TTS & ConnectionEmitter): Client {
  attend(model);
  const stream = model.stream({ connOptions });
  const over = (async () => {
    for await (const item of stream) if (typeof item === 'symbol') break;
  })();
  stream.pushText('Once upon a time a keeper kept a garden of radios. And then');
  return { over, poke: () => stream.pushText(' and then.'), close: () => model.close() };
}
