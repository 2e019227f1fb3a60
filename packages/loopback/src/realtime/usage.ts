import { countTokens, countTurns } from '../responses/think.ts';
import type { Turn } from '../cloud.ts';
import type { Entry } from './conversation.ts';
import type { ResponseUsage } from './events.ts';

/* Audio tokens per second, in and out. https://developers.openai.com/api/docs/guides/realtime-costs */
export const INPUT_TOKENS_PER_SECOND = 10;
const OUTPUT_TOKENS_PER_SECOND = 20;

/** What a response costs: plausible and always the same for the same conversation. */
export function responseUsage(
  input: { turns: readonly Turn[]; instructions: string; entries: readonly Entry[] },
  output: { characters: number; audioMs: number },
): ResponseUsage {
  const inputText = countTurns(input.turns, input.instructions);
  const inputAudioMs = input.entries.reduce((sum, { audioMs }) => sum + audioMs, 0);
  const inputAudio = Math.ceil((inputAudioMs / 1_000) * INPUT_TOKENS_PER_SECOND);
  const outputText = output.characters > 0 ? countTokens(output.characters) : 0;
  const outputAudio = Math.ceil((output.audioMs / 1_000) * OUTPUT_TOKENS_PER_SECOND);
  return {
    total_tokens: inputText + inputAudio + outputText + outputAudio,
    input_tokens: inputText + inputAudio,
    output_tokens: outputText + outputAudio,
    input_token_details: {
      text_tokens: inputText,
      audio_tokens: inputAudio,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  };
}
