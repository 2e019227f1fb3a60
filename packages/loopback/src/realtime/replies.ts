import type { Cloud, OfferedTool } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { arrayOf, objectOf, shown, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Conversation, Entry } from './conversation.ts';
import type { RealtimeSettings, Send } from './events.ts';
import { offered, type McpServers } from './mcp.ts';
import { readItem } from './item-reader.ts';
import type { ItemContext } from './item-reader.ts';
import { ResponseRun } from './response.ts';
import type { ReadInput, ResponsePlan } from './response.ts';
import { responseParameters } from './rules.ts';
import { check } from './schema.ts';
import { checkModalities } from './settings.ts';
import { NO_TOKENS } from './usage.ts';
import type { InputTokens } from './usage.ts';

/** What an account of the first tier may use in a minute. */
const TOKEN_LIMIT = 15_000_000;

/** The responses of a session: one at a time in its conversation, any number beside it. */
export class Replies {
  readonly #cloud: Cloud;
  readonly #send: Send;
  readonly #conversation: Conversation;
  readonly #mcp: McpServers;
  readonly #onDone: (audioMs: number) => void;
  readonly #gone: AbortController = new AbortController();
  readonly #running = new Set<ResponseRun>();
  #spoke = false;
  /** What the last response has read. */
  #former: ReadInput | undefined;

  /** `onDone`: a response in the conversation has ended, with so much audio. */
  constructor(
    cloud: Cloud,
    send: Send,
    conversation: Conversation,
    mcp: McpServers,
    onDone: (audioMs: number) => void,
  ) {
    this.#cloud = cloud;
    this.#send = send;
    this.#conversation = conversation;
    this.#mcp = mcp;
    this.#onDone = onDone;
  }

  /** Whether assistant audio has been sent. */
  get spoke(): boolean {
    return this.#spoke || [...this.#running].some((run) => run.audioMs > 0);
  }

  /** Starts a response, or throws the service's complaint about what was asked. */
  create(settings: RealtimeSettings, parameters: JsonObject, context: ItemContext): void {
    check(parameters, responseParameters, 'response');
    checkModalities(parameters.output_modalities, 'response.output_modalities');
    const outside = parameters.conversation === 'none';
    const active = this.#active;
    if (active && !outside) {
      throw invalidRequest(
        `Conversation already has an active response in progress: ${active.id}. ` +
          'Wait until the response is finished before creating a new one.',
        { code: 'conversation_already_has_active_response' },
      );
    }
    const plan = this.#plan(settings, parameters, outside, context);
    const adopt = (entry: Entry): string | null => (outside ? null : this.#conversation.insert(entry));
    void this.#run(new ResponseRun(this.#cloud, this.#send, plan, adopt, this.#gone.signal));
  }

  cancel(responseId: string | undefined): void {
    const run = responseId === undefined ? this.#active : [...this.#running].find(({ id }) => id === responseId);
    if (!run) {
      throw invalidRequest('Cancellation failed: no active response found', { code: 'response_cancel_not_active' });
    }
    run.cancel('client_cancelled');
  }

  /** The user speaks: what the conversation is saying ends. */
  interrupt(): void {
    this.#active?.cancel('turn_detected');
  }

  /** Nobody listens any more. */
  end(): void {
    this.#gone.abort();
    for (const run of this.#running) run.cancel('client_cancelled');
  }

  get #active(): ResponseRun | undefined {
    return [...this.#running].find((run) => run.inConversation);
  }

  async #run(run: ResponseRun): Promise<void> {
    this.#running.add(run);
    await run.run();
    this.#running.delete(run);
    this.#spoke ||= run.audioMs > 0;
    this.#former = run.read;
    this.#send({
      type: 'rate_limits.updated',
      rate_limits: [{ name: 'tokens', limit: TOKEN_LIMIT, remaining: TOKEN_LIMIT - 1_000, reset_seconds: 0.004 }],
    });
    if (run.inConversation) this.#onDone(run.audioMs);
  }

  #plan(settings: RealtimeSettings, parameters: JsonObject, outside: boolean, context: ItemContext): ResponsePlan {
    const { output } = objectOf(parameters.audio) as { output?: Partial<RealtimeSettings['audio']['output']> };
    const { format, voice, speed } = { ...settings.audio.output, ...output };
    const tools = parameters.tools ?? settings.tools;
    this.#mcp.configure(tools);
    const remotes = this.#mcp.available(tools);
    const instructions = stringOf(parameters.instructions) ?? settings.instructions;
    const entries = parameters.input ? this.#readInput(parameters.input, context) : [...this.#conversation.entries];
    return {
      model: settings.model,
      instructions,
      tools: [...offeredTools(tools), ...[...remotes.values()].map(offered)],
      remotes,
      mcp: this.#mcp,
      toolChoice: parameters.tool_choice ?? settings.tool_choice,
      maxOutputTokens: (parameters.max_output_tokens ?? settings.max_output_tokens) as number | 'inf',
      modalities: (parameters.output_modalities ?? settings.output_modalities) as ('text' | 'audio')[],
      speech: { format, voice: typeof voice === 'string' ? voice : voice.id, speed },
      metadata: (parameters.metadata ?? null) as Record<string, string> | null,
      entries,
      cached: this.#cached(instructions, entries),
      conversationId: outside ? null : this.#conversation.id,
    };
  }

  /** What begins as the last response's input did was read once already. */
  #cached(instructions: string, entries: readonly Entry[]): InputTokens {
    const former = this.#former;
    if (former?.instructions !== instructions) return NO_TOKENS;
    const isPrefix = former.entries.length > 0 && former.entries.every((entry, at) => entries[at] === entry);
    return isPrefix ? former.tokens : NO_TOKENS;
  }

  /** `input` of a response: items of its own and references to those of the conversation. */
  #readInput(input: unknown, context: ItemContext): Entry[] {
    const read: Entry[] = [];
    for (const [index, value] of arrayOf(input).entries()) {
      const item = objectOf(value);
      const path = `response.input[${index}]`;
      if (item.type !== 'item_reference') {
        read.push(readItem(item, { ...context, known: [...context.known, ...read] }, path));
        continue;
      }
      const entry = this.#conversation.find(shown(item.id));
      if (!entry) {
        throw invalidRequest(`Item with id '${shown(item.id)}' not found in the conversation.`, {
          code: 'invalid_value',
          param: `${path}.id`,
        });
      }
      read.push(entry);
    }
    return read;
  }
}

/** Function tools as the mind is offered them. */
function offeredTools(tools: unknown): OfferedTool[] {
  return arrayOf(tools)
    .map(objectOf)
    .filter((tool) => tool.type === 'function')
    .map((tool) => ({
      name: stringOf(tool.name) ?? '',
      description: stringOf(tool.description),
      parameters: tool.parameters,
    }));
}
