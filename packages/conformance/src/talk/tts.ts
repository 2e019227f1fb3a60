import type { tts } from '@livekit/agents';
import { plainEar } from '@patchbay/loopback';
import { deliveryOf, tale } from '../words.ts';
import type { Talk, TalkParts, Turn, TurnOptions } from './talk.ts';

/** One text per turn, streamed where the model can; what is heard is read back from its sound. */
export class TTSTalk implements Talk {
  readonly #parts: TalkParts;
  readonly #model: tts.TTS;
  readonly #streams = new Set<tts.ChunkedStream | tts.SynthesizeStream>();

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#model = parts.model as tts.TTS;
  }

  open(): void {
    this.#parts.ears.attend(this.#model, { errors: !this.#parts.deaf });
  }

  async turn({ heard, readAfter }: TurnOptions = {}): Promise<Turn> {
    const { clock } = this.#parts;
    const stream = this.#open();
    this.#streams.add(stream);
    await readAfter;
    const listener = await plainEar.listen({ sampleRate: this.#model.sampleRate });
    let text = '';
    for await (const item of stream) {
      if (typeof item === 'symbol') break;
      heard?.();
      this.#parts.ears.ids.add(item.requestId);
      text += listener.push(item.frame.data).join('');
    }
    this.#streams.delete(stream);
    const endedAt = clock.now();
    text += (await listener.finish()).join('');
    return { ...deliveryOf(tale, text), endedAt };
  }

  #open(): tts.ChunkedStream | tts.SynthesizeStream {
    const { connOptions } = this.#parts;
    if (!this.#model.capabilities.streaming) return this.#model.synthesize(tale, connOptions);
    const stream = this.#model.stream({ connOptions });
    stream.pushText(tale);
    stream.endInput();
    return stream;
  }

  interrupt(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  things(): object[] {
    return [...this.#streams];
  }

  async close(): Promise<void> {
    this.interrupt();
  }
}
