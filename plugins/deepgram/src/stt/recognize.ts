import { DEFAULT_API_CONNECT_OPTIONS, normalizeLanguage, stt, type AudioBuffer } from '@livekit/agents';
import { createTimedString } from '@livekit/agents';
import {
  fieldsOf,
  listOf,
  requestJson,
  textOf,
  toAPIError,
  wavOf,
  withRetries,
  type KeepAlive,
  type Route,
} from '@patchbay/plugin-kit';
import { requestQuery, type ListenOptions } from './options.ts';
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
  { signal, ...route }: Route & { keepAlive: KeepAlive; signal: AbortSignal | undefined },
): Promise<stt.SpeechEvent> {
  const ask = (): ReturnType<typeof requestJson> =>
    requestJson({
      ...route,
      model: options.model,
      query: requestQuery(options),
      headers: { 'content-type': 'audio/wav', accept: 'application/json' },
      body: wavOf(audio),
      timeoutMs: connOptions.timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  const answer = await withRetries(connOptions, signal, ask).catch((error: unknown) => {
    throw toAPIError(error);
  });
  const channel = fieldsOf(listOf(fieldsOf(answer.results).channels)[0]);
  const language = options.language ?? textOf(channel.detected_language);
  const alternatives = listOf(channel.alternatives).map((each) => dataOf(fieldsOf(each), language));
  const { request_id: requestId, duration } = fieldsOf(answer.metadata);
  return {
    type: stt.SpeechEventType.FINAL_TRANSCRIPT,
    ...(typeof requestId === 'string' ? { requestId: route.connection.scrub(requestId) } : {}),
    ...(alternatives.length === 0 ? {} : { alternatives: alternatives as [stt.SpeechData, ...stt.SpeechData[]] }),
    ...(typeof duration === 'number' ? { recognitionUsage: { audioDuration: duration } } : {}),
  };
}

function dataOf(alternative: Readonly<Record<string, unknown>>, language: string): stt.SpeechData {
  const { words = [], startMs = 0, endMs = 0, confidence = 0, speakerId } = detailsOf(alternative);
  return {
    text: textOf(alternative.transcript),
    language: normalizeLanguage(language),
    startTime: startMs / 1000,
    endTime: endMs / 1000,
    confidence,
    ...(speakerId === undefined ? {} : { speakerId }),
    words: words.map(({ text, startMs: from = 0, endMs: to = 0, confidence: sure = 0 }) =>
      createTimedString({ text, startTime: from / 1000, endTime: to / 1000, confidence: sure }),
    ),
  };
}
