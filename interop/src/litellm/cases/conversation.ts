import assert from 'node:assert/strict';
import type { llm } from '@livekit/agents';
import { realtime } from '@patchbay/openai';
import type { Case } from '../../system.ts';
import { dialsOf, failuresOf, replyIn, speechOf, until, type Failure } from '../../talk.ts';
import { targetsOf, through, watch, type LiteLLMWorld, type Place } from '../world.ts';

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

export const conversations: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'conversation',
    about: 'conversation',
    title: 'a caller is understood and answered; the provider is dialled for the deployment’s model, named once',
    async run(world) {
      const requests = watch(world);
      const call = new Call(world.proxy);
      await call.say('hello proxy');
      const reply = await call.reply();
      await until(() => call.transcripts.length > 0, 'a transcript');
      await call.end();
      assert.equal(reply, 'You said hello proxy');
      assert.deepEqual(call.transcripts, ['hello proxy']);
      assert.deepEqual(call.failures, []);
      assert.deepEqual(targetsOf(requests()), ['/v1/realtime?model=gpt-realtime']);
      assert.equal(requests()[0]?.headers['openai-beta'], undefined);
      return `${targetsOf(requests()).join()}; no OpenAI-Beta`;
    },
  },
];
