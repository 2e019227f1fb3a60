import { DEFAULT_API_CONNECT_OPTIONS, normalizeLanguage, stt, type AudioBuffer } from '@livekit/agents';
import {
  fieldsOf,
  listOf,
  requestJson,
  speechDataOf,
  textOf,
  toAPIError,
  wavOf,
  withRetries,
  type KeepAlive,
  type Route,
} from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { modelOf, requestQuery, type ListenOptions } from './options.ts';
import { detailsOf } from './words.ts';

/** A piece of speech is short, and is transcribed faster than it was said. */
const connOptions = { ...DEFAULT_API_CONNECT_OPTIONS, timeoutMs: 30_000 };

/**
 * A whole piece of speech over HTTP. https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded
 *
 * @throws APIError of LiveKit's classes, the last one.
 */
export async function recognize(
  audio: AudioBuffer,
  options: ListenOptions,
  { signal, ...route }: Route & { keepAlive: KeepAlive; signal: AbortSignal },
): Promise<stt.SpeechEvent> {
  const ask = (): ReturnType<typeof requestJson> =>
    requestJson({
      ...route,
      model: modelOf(options),
      query: requestQuery(options),
      headers: { 'content-type': 'audio/wav', accept: 'application/json' },
      body: wavOf(audio),
      timeoutMs: connOptions.timeoutMs,
      signal,
    });
  const answer = await withRetries(connOptions, signal, ask);
  const { channels } = fieldsOf(answer.results);
  if (!Array.isArray(channels))
    throw toAPIError(new PatchbayError('protocol-violation', `${route.connection.host} answered without a transcript`));
  const channel = fieldsOf(channels[0]);
  const language = options.detectLanguage ? textOf(channel.detected_language) : normalizeLanguage(options.language);
  const alternatives = listOf(channel.alternatives)
    .map(fieldsOf)
    .map((each) => speechDataOf(textOf(each.transcript), detailsOf(each), language, (ms) => ms / 1000));
  const { request_id: requestId, duration } = fieldsOf(answer.metadata);
  return {
    type: stt.SpeechEventType.FINAL_TRANSCRIPT,
    ...(typeof requestId === 'string' ? { requestId: route.connection.scrub(requestId) } : {}),
    ...(alternatives.length === 0 ? {} : { alternatives: alternatives as [stt.SpeechData, ...stt.SpeechData[]] }),
    ...(typeof duration === 'number' ? { recognitionUsage: { audioDuration: duration } } : {}),
  };
}
