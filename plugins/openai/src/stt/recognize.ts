import { stt, type APIConnectOptions, type APIError, type AudioBuffer } from '@livekit/agents';
import {
  checkTimeout,
  requestJson,
  wavOf,
  withRetries,
  type Extras,
  type JsonMessage,
  type KeepAlive,
} from '@patchbay/plugin-kit';
import type { Route } from '../endpoint.ts';
import { takesContextHints, takesPrompt, tellsSpeakers } from './abilities.ts';
import { speechDataOf, usageIn } from './answers.ts';
import { wantsLogprobs, type Listening } from './options.ts';

/** The way of a request, and how often it is tried. */
export interface RequestRoute extends Route {
  keepAlive: KeepAlive;
  connOptions: APIConnectOptions;
  signal?: AbortSignal | undefined;
  /** What the server is asked for beyond what the user said. */
  extras: Extras;
  /** A request failed, and is made once more. */
  onRetry: (error: APIError) => void;
  /** The second from which the times of the transcript are counted. Default 0. */
  startTime?: number;
}

/**
 * One piece of speech to text over HTTP. LiveKit asks once and gives up; the retries that its streams have are here.
 * https://developers.openai.com/api/reference/resources/audio
 *
 * @throws APIError of LiveKit's classes, the last one; PatchbayError `invalid-option` for a time that is none.
 */
export async function recognize(
  audio: AudioBuffer,
  options: Listening,
  { connection, connOptions, extras, signal, onRetry, startTime, ...network }: RequestRoute,
): Promise<stt.SpeechEvent> {
  checkTimeout('connOptions.timeoutMs', connOptions.timeoutMs);
  const { model, languages } = options;
  const named = connection.modelIn === 'url' ? undefined : connection.nameOf(model);
  const wav = wavOf(audio);
  let requestId: string | undefined;
  const request = async (more: boolean): Promise<JsonMessage> => {
    const encoded = new Response(formOf(wav, options, named, more));
    return requestJson({
      connection,
      ...network,
      model,
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
      body: new Uint8Array(await encoded.arrayBuffer()),
      timeoutMs: connOptions.timeoutMs,
      onResponse: (response) => (requestId = response.requestId),
      ...(signal === undefined ? {} : { signal }),
    });
  };
  const attempts =
    asksFor(options, true) === asksFor(options, false) ? undefined : extras.attempts(model, connOptions.maxRetry);
  const ask = (): Promise<JsonMessage> => attempts?.make(request, () => signal?.aborted !== true) ?? request(false);
  const answer = await withRetries(connOptions, signal, ask, onRetry);
  const { seconds, ...tokens } = usageIn(answer.usage);
  return {
    type: stt.SpeechEventType.FINAL_TRANSCRIPT,
    alternatives: [speechDataOf(answer, languages.length === 1 ? (languages[0] as string) : '', startTime)],
    recognitionUsage: { audioDuration: seconds ?? secondsOf(audio), ...tokens },
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function formOf(wav: Uint8Array<ArrayBuffer>, options: Listening, named: string | undefined, more: boolean): FormData {
  const { model, languages, keywords, prompt, temperature, timestampGranularities = [] } = options;
  const form = new FormData();
  const format = formatFor(options, more);
  form.set('file', new File([wav], 'audio.wav', { type: 'audio/wav' }));
  form.set('response_format', format);
  if (named !== undefined) form.set('model', named);
  if (prompt !== undefined && takesPrompt(model)) form.set('prompt', prompt);
  if (temperature !== undefined) form.set('temperature', String(temperature));
  if (format === 'json' && wantsLogprobs(options, more)) form.append('include[]', 'logprobs');
  for (const granularity of timestampGranularities) form.append('timestamp_granularities[]', granularity);
  if (takesContextHints(model)) {
    for (const language of languages) form.append('languages[]', language);
    for (const keyword of keywords) form.append('keywords[]', keyword);
  } else if (languages[0] !== undefined) {
    form.set('language', languages[0]);
  }
  if (format === 'diarized_json') nameSpeakers(form, options);
  return form;
}

/** The one that tells most. Other providers' Whispers are asked for times only by those who want them. */
function formatFor(options: Listening, more: boolean): 'json' | 'verbose_json' | 'diarized_json' {
  const { model, timestampGranularities } = options;
  if (tellsSpeakers(model)) return 'diarized_json';
  const wantsTimes =
    timestampGranularities === undefined ? more && model === 'whisper-1' : timestampGranularities.length > 0;
  return wantsTimes ? 'verbose_json' : 'json';
}

/** The fields that depend on `more`, as one word. */
function asksFor(options: Listening, more: boolean): string {
  return `${formatFor(options, more)} ${wantsLogprobs(options, more)}`;
}

function nameSpeakers(form: FormData, { knownSpeakers }: Listening): void {
  // "Required … for inputs longer than 30 seconds" (API reference), and no worse for shorter ones.
  form.set('chunking_strategy', 'auto');
  for (const [name, voice] of Object.entries(knownSpeakers)) {
    form.append('known_speaker_names[]', name);
    form.append('known_speaker_references[]', voice);
  }
}

function secondsOf(audio: AudioBuffer): number {
  const frames = Array.isArray(audio) ? audio : [audio];
  return frames.reduce((sum, { samplesPerChannel, sampleRate }) => sum + samplesPerChannel / sampleRate, 0);
}
