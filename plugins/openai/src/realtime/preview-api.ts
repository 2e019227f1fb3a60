import type { ClientEvent, Content } from './api-proto.ts';

/** An event as Azure's preview API wants it: there, what the assistant wrote is `text`, not `output_text`. */
export function previewEvent(event: ClientEvent): ClientEvent {
  if (event.type !== 'conversation.item.create' || event.item.type !== 'message') return event;
  const content = (event.item.content as Content[]).map((part) =>
    part.type === 'output_text' ? { ...part, type: 'text' } : part,
  );
  return { ...event, item: { ...event.item, content } as typeof event.item };
}
