import type { APIConnectOptions, tts } from '@livekit/agents';
import { Call, quickly, type Model } from './call.ts';
import { joined } from './sound.ts';

/** Somebody who has texts read aloud, as a stream where the model can stream. */
export class Reading extends Call {
  readonly #model: tts.TTS;
  readonly #connOptions: APIConnectOptions;

  constructor(model: tts.TTS & Model, connOptions: Partial<APIConnectOptions> = {}) {
    super(model);
    this.#model = model;
    this.#connOptions = { ...quickly, ...connOptions };
  }

  /** Resolves to the samples that came, however that ended: LiveKit's streams just end. */
  async read(text: string): Promise<Int16Array> {
    const pieces: Int16Array[] = [];
    for await (const item of this.#streamOf(text)) if (typeof item !== 'symbol') pieces.push(item.frame.data);
    return joined(pieces);
  }

  /** All of it. Rejects with what ended it. */
  async sound(text: string): Promise<Int16Array> {
    const samples = await this.read(text);
    if (this.errors[0]) throw this.errors[0];
    return samples;
  }

  #streamOf(text: string): tts.ChunkedStream | tts.SynthesizeStream {
    if (!this.#model.capabilities.streaming) return this.#model.synthesize(text, this.#connOptions);
    const stream = this.#model.stream({ connOptions: this.#connOptions });
    stream.pushText(text);
    stream.endInput();
    return stream;
  }
}
