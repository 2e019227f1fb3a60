/**
 * What programs written for LiveKit's own plugin read: events of its three sockets. Compiled twice, as `surface.test-d.ts`
 * is. What upstream's types say is there is used without a question mark, for that is how it is used.
 */
import type { realtime, ws } from 'openai-under-test';

// The Responses socket.

export function read(event: ws.WsServerEvent): string | undefined {
  switch (event.type) {
    case 'response.created':
      return event.response.id.toUpperCase();
    case 'response.output_text.delta':
      return event.delta.trim();
    case 'response.completed': {
      const { usage, service_tier: tier, id } = event.response;
      const cached: number = usage?.input_tokens_details.cached_tokens ?? 0;
      return `${id} ${tier?.length} ${((usage?.total_tokens ?? 0) - cached).toFixed()}`;
    }
    case 'response.failed':
      return event.response.error?.message?.trim() ?? event.response.error?.code;
    case 'response.incomplete':
      return event.response.incomplete_details?.reason ?? event.response.id;
    case 'response.output_item.done':
      return readItem(event.item);
    case 'error':
      return [event.status?.toFixed(), event.code ?? event.error?.code, event.error?.message?.trim()].join();
    default:
      return undefined;
  }
}

function readItem(item: ws.WsOutputItem): string {
  if (item.type === 'function_call') return `${item.call_id} ${item.name.trim()} ${item.arguments.length}`;
  return item.type === 'message' ? `${item.phase?.trim()} ${String(item.content)}` : `${item.type} ${String(item.id)}`;
}

export type Failure = ws.WsErrorEvent | ws.WsResponseFailedEvent;
export const pieces = (event: ws.WsOutputTextDeltaEvent): string[] => event.delta.split(' ');
export const call = ({ call_id: id, name }: ws.WsFunctionCallItem): string[] => [id, name];
export const spent = ({ response }: ws.WsResponseCompletedEvent): number => response.usage?.output_tokens ?? 0;
export const begun = ({ response }: ws.WsResponseCreatedEvent): string => response.id;
export const done = ({ item }: ws.WsOutputItemDoneEvent): string => item.type.trim();

// Speech to speech.

/** As somebody does who keeps an eye on what the service says. */
export function watch(session: realtime.RealtimeSession): void {
  session.on(
    'openai_server_event_received',
    (event: realtime.ServerEvent) => void [event.event_id.trim(), hear(event)],
  );
  session.on('openai_client_event_queued', (event: realtime.ClientEvent) => void say(event));
}

function hear(event: realtime.ServerEvent): unknown {
  switch (event.type) {
    case 'error':
      return [
        event.error.type.trim(),
        event.error.message.trim(),
        event.error.code?.trim(),
        event.error.event_id.trim(),
      ];
    case 'session.created':
    case 'session.updated':
      return configuration(event.session);
    case 'conversation.created':
      return event.conversation.id.trim();
    case 'input_audio_buffer.committed':
      return event.item_id.trim();
    case 'input_audio_buffer.speech_started':
      return event.audio_start_ms.toFixed();
    case 'input_audio_buffer.speech_stopped':
      return [event.audio_end_ms.toFixed(), event.item_id.trim()];
    case 'conversation.item.created':
    case 'conversation.item.added':
      return [event.previous_item_id.trim(), event.item.id.trim(), event.item.object, itemOf(event.item)];
    case 'conversation.item.input_audio_transcription.delta':
      return [event.delta?.trim(), event.content_index?.toFixed()];
    case 'conversation.item.input_audio_transcription.completed':
      return [event.transcript.trim(), event.content_index.toFixed(), event.status?.trim()];
    case 'conversation.item.input_audio_transcription.failed':
      return [event.error.message.trim(), event.error.type.trim(), event.error.code?.trim()];
    case 'conversation.item.truncated':
      return event.audio_end_ms + event.content_index;
    case 'conversation.item.deleted':
      return event.item_id.trim();
    case 'response.created':
    case 'response.done':
      return responseOf(event.response);
    case 'response.output_item.added':
    case 'response.output_item.done':
      return [event.output_index.toFixed(), event.response_id.trim(), event.item.type.trim()];
    case 'response.content_part.added':
    case 'response.content_part.done':
      return [event.output_index + event.content_index, event.part.type, event.part.transcript?.trim()];
    case 'response.text.delta':
    case 'response.audio_transcript.delta':
    case 'response.audio.delta':
      return [event.delta.trim(), event.item_id.trim(), event.output_index + event.content_index];
    case 'response.text.done':
      return event.text.trim();
    case 'response.audio_transcript.done':
      return [event.transcript.trim(), event.output_index + event.content_index];
    case 'response.audio.done':
      return event.output_index + event.content_index;
    case 'response.function_call_arguments.delta':
      return [event.delta.trim(), event.output_index.toFixed()];
    case 'response.function_call_arguments.done':
      return JSON.parse(event.arguments);
    case 'rate_limits.updated':
      return event.rate_limits.map(({ name, limit, remaining, reset_seconds: seconds }) => [
        name,
        limit - remaining,
        seconds + 1,
      ]);
    default:
      return event.type;
  }
}

function configuration(session: realtime.SessionResource): unknown[] {
  const { model, instructions, voice, tools, tool_choice: choice, expires_at: expires, modalities } = session;
  const names = tools.map(({ name, parameters }) => [
    name,
    parameters.required.length,
    Object.keys(parameters.properties),
  ]);
  const hearing = [session.turn_detection?.type, session.input_audio_transcription?.model, session.input_audio_format];
  return [
    model.trim(),
    instructions.trim(),
    voice.trim(),
    names,
    choice.trim(),
    expires + 1,
    modalities.length,
    hearing,
  ];
}

function itemOf(item: realtime.ItemResource): unknown {
  switch (item.type) {
    case 'message':
      return item.role === 'system' ? item.id : item.content.map((part) => contentOf(part));
    case 'function_call':
      return [item.call_id.trim(), item.name.trim(), JSON.parse(item.arguments)];
    case 'function_call_output':
      return item.output.trim();
    default:
      return undefined;
  }
}

function contentOf(part: realtime.Content): string {
  if (part.type === 'audio') return part.audio + part.transcript.trim();
  if (part.type === 'input_audio') return part.audio.trim();
  return part.type === 'input_image' ? part.image_url.trim() : part.text.trim();
}

function responseOf(response: realtime.ResponseResource): unknown[] {
  const { id, object, status, status_details: details, output, usage, metadata } = response;
  if (typeof details === 'object' && details.type === 'failed')
    return [details.error?.code.trim(), details.error?.message];
  if (typeof details === 'object' && details.type === 'incomplete') return [details.reason.trim()];
  if (typeof details === 'object' && details.type === 'cancelled') return [details.reason.trim()];
  const cached: number | undefined = usage?.input_token_details.cached_tokens_details.image_tokens;
  const tokens = (usage?.total_tokens ?? 0) + (usage?.output_token_details.audio_tokens ?? 0) + (cached ?? 0);
  return [id.trim(), object, status.trim(), output.map((item) => item.id), tokens.toFixed(), metadata?.call?.trim()];
}

function say(event: realtime.ClientEvent): unknown {
  switch (event.type) {
    case 'session.update':
      return [event.session.instructions?.trim(), event.session.audio?.input?.turn_detection?.type];
    case 'input_audio_buffer.append':
      return event.audio.length;
    case 'conversation.item.create':
      if (event.item.type === 'message' && event.item.role === 'assistant')
        return event.item.content.map(({ text }) => text);
      return [event.item.id.trim(), event.item.type, event.previous_item_id?.trim()];
    case 'conversation.item.truncate':
      return event.audio_end_ms + event.content_index;
    case 'response.create':
      return [
        event.response?.instructions?.trim(),
        event.response?.voice?.trim(),
        event.response?.temperature?.toFixed(),
      ];
    case 'response.cancel':
      return event.response_id?.trim();
    default:
      return event.type;
  }
}

export const sent: realtime.ClientEvent[] = [
  {
    type: 'response.create',
    response: { voice: 'marin', temperature: 0.8, output_audio_format: 'pcm16', metadata: {} },
  },
  { type: 'conversation.item.create', item: { id: '1', type: 'message', role: 'user', content: [] } },
  {
    type: 'session.update',
    session: { temperature: 0.8, voice: 'marin', tool_choice: 'auto', max_response_output_tokens: 'inf' },
  },
];

// GPT-Live.

export function watchLive(session: realtime.GPTLiveSession): void {
  session.on('openai_server_event_received', (event) => void liveEvent(event));
  session.on('openai_client_event_queued', (event) => void event.event_id);
}

function liveEvent(event: realtime.GPTLive.ServerEvent): unknown {
  switch (event.type) {
    case 'session.started':
      return event.session?.id?.trim();
    case 'session.output_audio.delta':
      return event.delta?.trim();
    case 'session.output_transcript.delta':
    case 'session.input_transcript.delta':
      return [event.delta?.trim(), event.start_ms?.toFixed(), event.end_ms?.toFixed()];
    case 'session.delegation.created':
      return [event.delegation?.id?.trim(), event.delegation?.target];
    case 'response.event':
      return [
        event.delegation_id?.trim(),
        event.event?.type.trim(),
        event.event?.response?.usage?.total_tokens?.toFixed(),
      ];
    case 'session.usage.updated':
    case 'session.closed':
      return [event.usage?.seconds?.toFixed(), event.context_window?.usage_ratio?.toFixed()];
    case 'error':
      return [event.error?.message?.trim(), event.error?.code?.trim(), event.error?.client_event_id?.trim()];
    default:
      return event.client_event_id?.trim();
  }
}
