import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { speechFrames } from './speech-frames.ts';

/** The microphone of a caller to an AgentSession: says what it is told to, and is silent for a while then. */
export class CallMicrophone extends voice.AudioInput {
  readonly #sampleRate: number;
  #controller!: ReadableStreamDefaultController<AudioFrame>;

  constructor(sampleRate: number) {
    super();
    this.#sampleRate = sampleRate;
    this.multiStream.addInputStream(
      new ReadableStream({ start: (controller) => void (this.#controller = controller) }),
    );
  }

  async say(text: string): Promise<void> {
    for (const frame of await speechFrames(text, { silenceMs: 1_500, sampleRate: this.#sampleRate }))
      this.#controller.enqueue(frame);
  }
}
