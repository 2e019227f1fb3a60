import { checkTimeout, Reply } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { ResponseChain } from './chain.ts';
import type { FrameDecoder } from './frames.ts';
import { toInput } from './input.ts';
import type { LLM } from './llm.ts';
import { ResponseReader } from './reader.ts';
import { placed, wantsThoughts, withThoughts, type RequestBody } from './request.ts';
import type { ResponsesStreamOptions } from './stream.ts';

/**
 * Sends what is known before the first turn (instructions, tools, an earlier conversation) and has the service prepare
 * it without an answer. The first turn that continues it says only what is new.
 *
 * https://developers.openai.com/api/docs/guides/websocket-mode
 *
 * @throws PatchbayError why it could not be done; the first turn is none the worse for it.
 */
export async function warmUp(
  llm: LLM,
  { chatCtx, connection, connOptions, extras, request }: ResponsesStreamOptions,
  { chain, decoder, signal }: { chain: ResponseChain; decoder: FrameDecoder; signal: AbortSignal },
): Promise<void> {
  const { timeoutMs } = connOptions;
  checkTimeout('connOptions.timeoutMs', timeoutMs);
  const { body, model } = request();
  const { items } = await toInput(chatCtx);
  let begun = false;
  const prepare = async (asked: RequestBody): Promise<void> => {
    const reply = new Reply({ put: () => {} }, signal);
    const reader = new ResponseReader(reply, connection, { decoder });
    let place: { socketId: number; lane?: string | undefined } = { socketId: -1 };
    try {
      await llm._pool().request(
        ({ id: socketId, lane }) => {
          place = { socketId, lane };
          reader.lane = lane;
          return JSON.stringify({
            type: 'response.create',
            ...placed(asked, connection),
            generate: false,
            input: items,
            ...(lane === undefined ? {} : { stream_id: lane }),
          });
        },
        {
          onFrame: (frame) => {
            const isOver = reader.readFrame(frame);
            // A server that does not know `generate: false` is stopped by the loss of its socket.
            if (reply.delivered) throw answered();
            return isOver;
          },
          signal,
          dialMs: timeoutMs,
          firstEventMs: timeoutMs,
          inactivityMs: timeoutMs,
          ...(model === undefined ? {} : { model }),
        },
      );
    } finally {
      begun = reader.begun;
    }
    if (reader.failure !== undefined) throw reader.failure;
    const { responseId } = reader;
    if (responseId === '') return;
    chain.add({ ...place, responseId, stored: body.store !== false, input: items, text: '', calls: [] });
  };
  if (!wantsThoughts(body)) return prepare(body);
  const attempts = extras.attempts(body.model ?? '', 0);
  await attempts.make(
    (more) => prepare(more ? withThoughts(body) : body),
    () => !begun && !signal.aborted,
  );
}

function answered(): PatchbayError {
  return new PatchbayError(
    'unsupported',
    'the server answers where it was asked to prepare only: leave out the warm-up',
  );
}
