import type { llm } from '@livekit/agents';
import { realtime } from '@patchbay/openai';
import { dialsOf, failuresOf, replyIn, speechOf, until, type Failure } from '../../talk.ts';
import { through, type Place } from '../world.ts';

type Options = Omit<ConstructorParameters<typeof realtime.RealtimeModel>[0] & object, 'gateway'>;

/** A caller to a realtime model. */
export class Call {
  readonly model: realtime.RealtimeModel;
  readonly session: realtime.RealtimeSession;
  readonly failures: Failure[];
  readonly dials: { tried: number; opened: number };
  readonly transcripts: string[] = [];
  readonly #replies: Promise<string>[] = [];

  constructor(place: Place, { model = 'gpt-realtime', ...options }: Options = {}) {
    this.model = new realtime.RealtimeModel({
      ...through(place),
      ...{ model, turnDetection: { type: 'server_vad' }, connOptions: { maxRetry: 2, retryIntervalMs: 10 } },
      ...options,
    });
    this.dials = dialsOf(this.model);
    this.session = this.model.session();
    this.failures = failuresOf(this.session);
    this.session.on('generation_created', (event: llm.GenerationCreatedEvent) => this.#replies.push(replyIn(event)));
    this.session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => {
      if (event.isFinal) this.transcripts.push(event.transcript);
    });
  }

  /** How many were begun. */
  get replies(): number {
    return this.#replies.length;
  }

  async say(text: string): Promise<void> {
    for (const frame of await speechOf(text)) this.session.pushAudio(frame);
  }

  /** What the model says next. */
  async reply(at = 0): Promise<string> {
    await until(() => this.#replies.length > at, 'a reply');
    return this.#replies[at]!;
  }

  async end(): Promise<void> {
    await this.model.close();
  }
}
