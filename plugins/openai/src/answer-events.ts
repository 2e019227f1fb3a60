import { ServerSentEventDecoder, type ServerSentEvent } from '@patchbay/plugin-kit';

/**
 * The events of an answer, read here and not by the SDK: its reading ends at the first event that it cannot parse. A
 * server that does not stream sends one JSON document, which counts as one event.
 */
export async function* eventsOf(response: Response): AsyncGenerator<ServerSentEvent> {
  if (response.headers.get('content-type')?.includes('json')) {
    yield { event: 'message', data: await response.text() };
    return;
  }
  const events: ServerSentEvent[] = [];
  const decoder = new ServerSentEventDecoder((event) => events.push(event));
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    decoder.push(piece);
    yield* events.splice(0);
  }
  decoder.end();
  yield* events;
}
