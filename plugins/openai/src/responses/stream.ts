import {
  RequestLLMStream,
  toPatchbayError,
  type ExtraAttempts,
  type Extras,
  type Reply,
  type RequestLLMStreamOptions,
} from '@patchbay/plugin-kit';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import { isReasoningRefusal, RESPONSE_NOT_FOUND, SOCKET_EXPIRED } from './failure.ts';
import { toInput, withReasoning, type Input, type ResponseInputItem } from './input.ts';
import type { LLM } from './llm.ts';
import type { ReasoningItem, RefusedReasoning } from './reasoning-items.ts';
import { wantsThoughts, withThoughts, type RequestBody } from './request.ts';
import type { SteerInput } from './steering.ts';

/** What both ways of asking need. */
export interface ResponsesStreamOptions extends RequestLLMStreamOptions {
  connection: Connection;
  /**
   * What is asked, without the conversation. Made when it is asked: what LiveKit throws at a tool without a schema must
   * become an `error` event, for AgentSession only logs what `chat()` throws. `model`: if it is not the connection's.
   */
  request: () => { body: RequestBody; model: string | undefined };
  thinkingTimeoutMs: number;
  refused: RefusedReasoning;
  /** What is asked for beyond what the user said: the thoughts of the model. */
  extras: Extras;
}

/** What one request is made of. */
export interface Asked {
  input: Input;
  body: RequestBody;
  /** Everything is sent, and nothing but what is in the context: an earlier request was refused. */
  fresh: boolean;
}

/** One reply of the Responses API. */
export abstract class LLMStream extends RequestLLMStream {
  protected readonly options: ResponsesStreamOptions;
  /** The service has begun to answer what was asked last. */
  protected begun = false;
  #extras: ExtraAttempts | undefined;
  #thoughts: readonly ReasoningItem[] = [];

  constructor(model: LLM, options: ResponsesStreamOptions) {
    super(model, options);
    this.options = options;
  }

  /**
   * Adds something of the user to the reply that is being made: the model takes it up at the next good moment, without
   * an interruption and without a new turn. Fulfilled when it has done so, or when the service keeps it for the request
   * that brings the results of tools. LiveKit's context knows nothing of it: add it there yourself, after the reply.
   *
   * @throws PatchbayError `unsupported` over HTTP; `provider-error` with `providerCode` where the model, the gateway or
   * the state of the reply does not allow it; `closed` once the reply is over; `aborted` if it is interrupted.
   */
  abstract steer(input: SteerInput): Promise<void>;

  /** Asks once, and says by {@link begun} whether the service began to answer. */
  protected abstract ask(asked: Asked, reply: Reply, signal: AbortSignal): Promise<void>;

  protected override async attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    const { body } = this.options.request();
    const input = await toInput(this.chatCtx);
    let fresh = false;
    const ask = async (extras: boolean): Promise<void> => {
      const asked = { input, body: extras ? withThoughts(body) : body, fresh };
      fresh = true;
      await this.#askOnce(asked, reply, signal);
    };
    if (!wantsThoughts(body)) return ask(false);
    this.#extras ??= this.options.extras.attempts(body.model ?? '', this.connOptions.maxRetry);
    await this.#extras.make(ask, () => !signal.aborted && !reply.delivered && !this.begun);
  }

  /** Or once more for each cause that proves that nothing was generated. */
  async #askOnce(first: Asked, reply: Reply, signal: AbortSignal): Promise<void> {
    const causes = new Set<string>();
    let asked = first;
    for (;;) {
      this.begun = false;
      try {
        return await this.ask(asked, reply, signal);
      } catch (error) {
        const cause = this.#harmless(error);
        if (signal.aborted || reply.delivered || cause === undefined || causes.has(cause)) throw error;
        causes.add(cause);
        asked = { ...asked, fresh: true };
      }
    }
  }

  /** Items as they are sent: with the thoughts that led to them. */
  protected thinking(items: readonly ResponseInputItem[], input: Input): unknown[] {
    const sent = withReasoning(items, input, this.options.refused);
    this.#thoughts = sent.thoughts;
    return sent.input;
  }

  /** Whether an error proves that generation did not start, so that asking once more, otherwise, repeats nothing. */
  #harmless(error: unknown): string | undefined {
    const failure = toPatchbayError(error);
    // openclaw/openclaw#122727
    const { providerCode } = failure;
    const isOurs = this.options.request().body.previous_response_id === undefined;
    if (providerCode === SOCKET_EXPIRED || (providerCode === RESPONSE_NOT_FOUND && isOurs)) return providerCode;
    if (this.#thoughts.length === 0 || !isReasoningRefusal(failure)) return undefined;
    this.options.refused.add(this.#thoughts);
    return 'reasoning';
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return PatchbayError.is(error) && error.providerCode === code;
}
