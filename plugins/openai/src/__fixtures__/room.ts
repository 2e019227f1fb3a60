import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { plainEar, type LoopbackOptions } from '@patchbay/loopback';

export { Loudspeaker } from '@patchbay/conformance/testing';

/** A cloud that speaks and understands the plain voice, as fast as it can. */
export const promptly: LoopbackOptions = {
  voice: 'plain',
  ear: plainEar,
  pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
};

/** A microphone that hears what a test hands to it. */
export class HandedMicrophone extends voice.AudioInput {
  #controller!: ReadableStreamDefaultController<AudioFrame>;

  constructor() {
    super();
    this.multiStream.addInputStream(
      new ReadableStream({ start: (controller) => void (this.#controller = controller) }),
    );
  }

  push(frame: AudioFrame): void {
    this.#controller.enqueue(frame);
  }
}

export interface Room {
  microphone: voice.AudioInput;
  loudspeaker: voice.AudioOutput;
  /** What the session tells of what goes wrong. */
  failures: { recoverable: boolean }[];
}

/** Puts a session into a room. */
export function enter({ microphone, loudspeaker, failures }: Room, session: voice.AgentSession): void {
  session.on(voice.AgentSessionEventTypes.Error, (event: { error: { recoverable: boolean } }) =>
    failures.push(event.error),
  );
  session.input.audio = microphone;
  session.output.audio = loudspeaker;
}

/** Closes one after the other. */
export async function closeAll(...all: { close(): Promise<void> }[]): Promise<void> {
  for (const one of all) await one.close();
}
