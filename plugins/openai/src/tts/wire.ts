import { decodeJson, type HttpSpeechWire } from '@patchbay/plugin-kit';
import type { Connection } from '@patchbay/ws-url';
import { isElsewhere } from '../error-codes.ts';
import { failureOf } from '../realtime/failures.ts';
import { wordsOf } from '../words.ts';
import type { Speaking } from './options.ts';

/** Hz of the service's PCM. https://developers.openai.com/api/docs/guides/text-to-speech */
export const sampleRate = 24_000;

/** `POST /audio/speech`, answered by audio or by `speech.audio.*` events. */
export function speech(connection: Connection): HttpSpeechWire<Speaking> {
  return {
    hasExtras: wantsTokens,
    isElsewhere,
    request: (text, { model, voice, speed, instructions, responseFormat, streamFormat, extraBody }, extras) => ({
      body: JSON.stringify({
        input: text,
        ...(connection.modelIn === 'url' ? {} : { model: connection.nameOf(model) }),
        voice,
        speed,
        response_format: responseFormat,
        ...(instructions === undefined ? {} : { instructions }),
        ...((streamFormat ?? (extras ? 'sse' : 'audio')) === 'sse' ? { stream_format: 'sse' } : {}),
        ...extraBody,
      }),
    }),
    receive({ data }, sink) {
      if (data.trim() === '[DONE]') return true;
      const event = decodeJson(data, 'audio') ?? {};
      if (event.type === 'speech.audio.delta' && typeof event.audio === 'string') {
        sink.audio(Buffer.from(event.audio, 'base64'));
      } else if (event.type === 'speech.audio.done') {
        sink.usage(usageOf(event.usage));
        return true;
      } else if (event.type === 'error' || event.error != null) {
        const error =
          typeof event.error === 'object' && event.error !== null ? event.error : { message: wordsOf(event.error) };
        throw failureOf(error, connection, false);
      }
      return false;
    },
  };
}

/**
 * Events end with the tokens, which the user did not ask for. "`sse` is not supported for `tts-1` or `tts-1-hd`" (API
 * reference), and other providers' models know no such word.
 */
function wantsTokens({ model, streamFormat, extraBody }: Speaking): boolean {
  return streamFormat === undefined && extraBody?.stream_format === undefined && /^gpt-.*tts/.test(model);
}

function usageOf(value: unknown): { inputTokens?: number; outputTokens?: number } {
  const { input_tokens: input, output_tokens: output } = (value ?? {}) as Record<string, unknown>;
  return {
    ...(typeof input === 'number' ? { inputTokens: input } : {}),
    ...(typeof output === 'number' ? { outputTokens: output } : {}),
  };
}
