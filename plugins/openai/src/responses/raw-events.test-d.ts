import type { ResponsesClientEvent, ResponsesServerEvent } from 'openai/resources/responses/responses';
import type { ClientEvent, LLM, ServerEvent } from './index.ts';

/** Whatever the official SDK knows can be asked for by its type. */
export const told = (type: ResponsesServerEvent['type']): ServerEvent['type'] => type;
export const queued = (type: ResponsesClientEvent['type']): ClientEvent['type'] => type;

export function listen(model: LLM): LLM {
  return model
    .on('openai_server_event_received', (event) => {
      if (event.type === 'response.completed') seen(event.response.id, event.stream_id);
      if (event.type === 'response.output_text.delta') seen(event.delta.length);
      if (event.type === 'response.reasoning_summary_text.delta') seen(event.delta);
    })
    .once('openai_client_event_queued', (event) => seen(event.type))
    .on('metrics_collected', ({ type }) => seen(type))
    .on('connection', ({ type }) => seen(type));
}

declare function seen(...values: unknown[]): void;
