import { countTokens, countTurns } from '../responses/think.ts';
import type { Turn } from '../cloud.ts';
import type { Entry } from './conversation.ts';
import type { ResponseUsage } from './events.ts';

/* Audio tokens per second, in and out. https://developers.openai.com/api/docs/guides/realtime-costs */
export const INPUT_TOKENS_PER_SECOND = 10;
const OUTPUT_TOKENS_PER_SECOND = 20;
/** Tokens of a picture. The live service counts its tiles; here every picture is of one size, or of another if `detail` is low. */
const TOKENS_PER_IMAGE = { full: 255, low: 85 };

/** Tokens that a response reads, by kind. */
export interface InputTokens {
  text_tokens: number;
  audio_tokens: number;
  image_tokens: number;
}

/** What a response reads. */
export interface ResponseInput {
  turns: readonly Turn[];
  instructions: string;
  entries: readonly Entry[];
}

export const NO_TOKENS: InputTokens = Object.freeze({ text_tokens: 0, audio_tokens: 0, image_tokens: 0 });

export function inputTokens({ turns, instructions, entries }: ResponseInput): InputTokens {
  const audioMs = entries.reduce((sum, entry) => sum + entry.audioMs, 0);
  return {
    text_tokens: countTurns(turns, instructions),
    audio_tokens: Math.ceil((audioMs / 1_000) * INPUT_TOKENS_PER_SECOND),
    image_tokens: entries.reduce((sum, entry) => sum + imageTokens(entry), 0),
  };
}

/** What a response costs: plausible and always the same for the same conversation. `cached`: read by the one before it. */
export function responseUsage(
  input: InputTokens,
  cached: InputTokens,
  output: { characters: number; audioMs: number },
): ResponseUsage {
  const outputText = output.characters > 0 ? countTokens(output.characters) : 0;
  const outputAudio = Math.ceil((output.audioMs / 1_000) * OUTPUT_TOKENS_PER_SECOND);
  return {
    total_tokens: sumOf(input) + outputText + outputAudio,
    input_tokens: sumOf(input),
    output_tokens: outputText + outputAudio,
    input_token_details: { ...input, cached_tokens: sumOf(cached), cached_tokens_details: { ...cached } },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  };
}

function imageTokens({ item }: Entry): number {
  if (item.type !== 'message' || item.role !== 'user') return 0;
  const images = item.content.filter((part) => part.type === 'input_image');
  return images.reduce((sum, { detail }) => sum + (detail === 'low' ? TOKENS_PER_IMAGE.low : TOKENS_PER_IMAGE.full), 0);
}

function sumOf(tokens: InputTokens): number {
  return tokens.text_tokens + tokens.audio_tokens + tokens.image_tokens;
}
