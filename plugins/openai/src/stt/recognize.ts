import { normalizeLanguage, stt, type AudioBuffer } from '@livekit/agents';
import { requestJson } from '@patchbay/plugin-kit';
import type { Route } from '../endpoint.ts';
import { takesContextHints, type Listening } from './options.ts';
import { wavOf } from './wav.ts';

/** A piece of speech is short, and is transcribed faster than it was said. */
const timeoutMs = 30_000;

/**
 * One piece of speech to text over HTTP. https://developers.openai.com/api/reference/resources/audio
 *
 * @throws APIError of LiveKit's classes; LiveKit does not retry `recognize()`.
 */
export async function recognize(
  audio: AudioBuffer,
  options: Listening,
  { connection, ...network }: Route,
  signal?: AbortSignal,
): Promise<stt.SpeechEvent> {
  const { model, languages } = options;
  const named = connection.modelIn === 'url' ? undefined : connection.nameOf(model);
  const encoded = new Response(formOf(audio, options, named));
  const answer = await requestJson({
    connection,
    ...network,
    model,
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    body: new Uint8Array(await encoded.arrayBuffer()),
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const expected = languages.length === 1 ? (languages[0] as string) : '';
  return {
    type: stt.SpeechEventType.FINAL_TRANSCRIPT,
    alternatives: [
      {
        text: typeof answer.text === 'string' ? answer.text : '',
        language: normalizeLanguage(detectedIn(answer.languages) ?? expected),
        startTime: 0,
        endTime: 0,
        // The service tells none.
        confidence: 0,
      },
    ],
  };
}

function formOf(audio: AudioBuffer, options: Listening, named: string | undefined): FormData {
  const { model, languages, keywords, prompt, temperature } = options;
  const form = new FormData();
  form.set('file', new File([wavOf(audio)], 'audio.wav', { type: 'audio/wav' }));
  form.set('response_format', 'json');
  if (named !== undefined) form.set('model', named);
  if (prompt !== undefined) form.set('prompt', prompt);
  if (temperature !== undefined) form.set('temperature', String(temperature));
  if (takesContextHints(model)) {
    for (const language of languages) form.append('languages[]', language);
    for (const keyword of keywords) form.append('keywords[]', keyword);
  } else if (languages[0] !== undefined) {
    form.set('language', languages[0]);
  }
  return form;
}

function detectedIn(languages: unknown): string | undefined {
  const first: unknown = Array.isArray(languages) ? languages[0] : undefined;
  const code = typeof first === 'object' && first !== null ? (first as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code !== '' ? code : undefined;
}
