import type { Reply } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { Continuation, ResponseChain } from './chain.ts';
import { RESPONSE_NOT_FOUND } from './failure.ts';
import type { FrameDecoder } from './frames.ts';
import type { LLM } from './llm.ts';
import { ResponseReader } from './reader.ts';
import { placed } from './request.ts';
import { Steering, type SteerInput } from './steering.ts';
import { hasCode, LLMStream, type Asked, type ResponsesStreamOptions } from './stream.ts';

/** A response over a pooled WebSocket, as a continuation of an earlier one where that is possible. */
export class SocketStream extends LLMStream {
  readonly #chain: ResponseChain;
  readonly #decoder: FrameDecoder;
  readonly #steering: Steering;

  constructor(model: LLM, options: ResponsesStreamOptions, chain: ResponseChain, decoder: FrameDecoder) {
    super(model, options);
    this.#chain = chain;
    this.#decoder = decoder;
    this.#steering = new Steering(options.connection);
    const interrupted = (): void => this.#steering.close(new PatchbayError('aborted', 'the reply was interrupted'));
    this.abortController.signal.addEventListener('abort', interrupted, { once: true });
  }

  override async steer(input: SteerInput): Promise<void> {
    await this.#steering.submit(input);
  }

  protected override async ask({ input, body, fresh }: Asked, reply: Reply, signal: AbortSignal): Promise<void> {
    const { connection, request, thinkingTimeoutMs } = this.options;
    const { model } = request();
    const { timeoutMs } = this.connOptions;
    const chain = this.#chain;
    const steering = this.#steering;
    // Somebody who names the response or the conversation that this turn continues does the chaining.
    const ownChain = fresh || body.previous_response_id !== undefined || body.conversation !== undefined;
    const continuations = ownChain ? [] : chain.match(input.items);
    const isOver = (id: string): boolean => chain.knows(id);
    const reader = new ResponseReader(reply, connection, { isOver, steering, decoder: this.#decoder });
    let place: { socketId: number; lane?: string | undefined } = { socketId: -1 };
    let continued: Continuation | undefined;
    try {
      await this.exchange(
        {
          request: ({ id: socketId, lane, send }) => {
            place = { socketId, lane };
            reader.lane = lane;
            steering.open((event) => send(JSON.stringify(event)));
            continued = continuations.find(
              (each) => (each.stored || each.socketId === socketId) && chain.knows(each.previousResponseId),
            );
            const event: Record<string, unknown> = {
              type: 'response.create',
              ...placed(body, connection),
              input: this.thinking(continued?.input ?? input.items, input),
              ...(lane === undefined ? {} : { stream_id: lane }),
            };
            if (continued !== undefined) event.previous_response_id = continued.previousResponseId;
            return JSON.stringify(event);
          },
          receive: (frame) => reader.readFrame(frame),
          silenceMs: () => (reader.working ? thinkingTimeoutMs : timeoutMs),
          ...(continuations[0] === undefined ? {} : { preferSocket: continuations[0].socketId }),
          ...(model === undefined ? {} : { model }),
        },
        signal,
      );
      if (reader.failure !== undefined) throw reader.failure;
    } catch (error) {
      this.begun = reader.begun;
      steering.close(PatchbayError.is(error) ? error : undefined);
      chain.forgetSocket(place.socketId, place.lane);
      if (continued !== undefined && hasCode(error, RESPONSE_NOT_FOUND)) chain.forget(continued.previousResponseId);
      // The reply was complete; all that is missing is a word about what the user added.
      if (reader.complete && reader.failure === undefined) return;
      throw error;
    }
    steering.close();
    const { responseId, text, calls } = reader;
    if (responseId === '') return;
    chain.add({ ...place, responseId, stored: body.store !== false, input: input.items, text, calls });
  }
}
