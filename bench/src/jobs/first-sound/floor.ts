import { tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { sampleRate } from '../../servers/text-to-speech-audio.ts';
import { Cutter, frameSamples } from './cutter.ts';
import { dialects, TurnSocket, type Dialect } from './dialects.ts';
import { voiceOf } from './livekit.ts';
import { speechBody, speechPath, type OpenVoice } from './voice.ts';

/** The least that makes a plugin of LiveKit's: its base classes, and the same socket, or `fetch`. */
class FloorTTS extends tts.TTS {
  label = 'floor.TTS';
  readonly url: string;
  readonly #socket: { dialect: Dialect; turns: TurnSocket } | undefined;

  constructor(url: string, dialect: Dialect | undefined) {
    super(sampleRate, 1, { streaming: dialect !== undefined });
    this.url = url;
    if (dialect !== undefined) this.#socket = { dialect, turns: new TurnSocket(url, dialect) };
  }

  override synthesize(text: string): FloorChunkedStream {
    return new FloorChunkedStream(this, text);
  }

  override stream(): FloorStream {
    return new FloorStream(this, this.#socket!);
  }

  override async close(): Promise<void> {}
}

/** Frames as LiveKit wants them, the last one marked. */
function framing(put: (audio: tts.SynthesizedAudio) => void): { push(bytes: Uint8Array): void; end(): void } {
  let held: AudioFrame | undefined;
  const deliver = (final: boolean): void => {
    if (held !== undefined) put({ requestId: 'floor', segmentId: 'floor', frame: held, final });
  };
  const cutter = new Cutter((samples) => {
    deliver(false);
    held = new AudioFrame(samples, sampleRate, 1, frameSamples);
  });
  return { push: (bytes) => cutter.push(bytes), end: () => deliver(true) };
}

class FloorChunkedStream extends tts.ChunkedStream {
  label = 'floor.ChunkedStream';
  readonly #url: string;

  constructor(model: FloorTTS, text: string) {
    super(text, model);
    this.#url = model.url;
  }

  protected override async run(): Promise<void> {
    const frames = framing((audio) => this.queue.put(audio));
    const response = await fetch(this.#url + speechPath, {
      method: 'POST',
      headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
      body: speechBody(this.inputText),
    });
    for await (const bytes of response.body!) frames.push(bytes as Uint8Array);
    frames.end();
    this.queue.close();
  }
}

class FloorStream extends tts.SynthesizeStream {
  label = 'floor.SynthesizeStream';
  readonly #socket: { dialect: Dialect; turns: TurnSocket };

  constructor(model: FloorTTS, socket: { dialect: Dialect; turns: TurnSocket }) {
    super(model);
    this.#socket = socket;
  }

  protected override async run(): Promise<void> {
    const { dialect, turns } = this.#socket;
    let text = '';
    for await (const item of this.input) if (typeof item === 'string') text += item;
    const frames = framing((audio) => this.queue.put(audio));
    this.markStarted();
    await turns.turn(text, (data, isBinary) => dialect.read(data, isBinary, (bytes) => frames.push(bytes)));
    frames.end();
    this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }
}

export const open: OpenVoice = (provider, url) =>
  voiceOf(new FloorTTS(url, provider === 'openai' ? undefined : dialects[provider]));
