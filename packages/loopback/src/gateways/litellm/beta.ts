import { isObject, objectOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';

const FLAT_FIELDS = [
  'modalities',
  'voice',
  'speed',
  'input_audio_format',
  'output_audio_format',
  'input_audio_transcription',
  'input_audio_noise_reduction',
  'turn_detection',
] as const;

/** A session in the flat shape of the Realtime beta, nested as the API has it now; one without flat fields comes back as it is. */
export function generallyAvailable(session: JsonObject): JsonObject {
  if (!FLAT_FIELDS.some((field) => field in session)) return session;
  const audio = objectOf(session.audio);
  const input: Record<string, unknown> = { ...objectOf(audio.input) };
  const output: Record<string, unknown> = { ...objectOf(audio.output) };
  const rest: Record<string, unknown> = { type: 'realtime', ...session };
  for (const field of FLAT_FIELDS) delete rest[field];

  if ('modalities' in session) {
    const modalities = session.modalities;
    rest.output_modalities = Array.isArray(modalities) && modalities.includes('audio') ? ['audio'] : ['text'];
  }
  if ('voice' in session) output.voice = session.voice;
  if ('speed' in session) output.speed = session.speed;
  if ('input_audio_format' in session) input.format = formatOf(session.input_audio_format);
  if ('output_audio_format' in session) output.format = formatOf(session.output_audio_format);
  if ('input_audio_transcription' in session) input.transcription = session.input_audio_transcription;
  if ('input_audio_noise_reduction' in session) input.noise_reduction = session.input_audio_noise_reduction;
  if ('turn_detection' in session) input.turn_detection = session.turn_detection;
  return { ...rest, audio: { ...audio, input, output } };
}

function formatOf(name: unknown): unknown {
  if (isObject(name)) return name;
  if (name === 'g711_ulaw') return { type: 'audio/pcmu' };
  if (name === 'g711_alaw') return { type: 'audio/pcma' };
  return { type: 'audio/pcm', rate: 24_000 };
}
