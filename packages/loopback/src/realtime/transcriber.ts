import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { segmentsOf, speakerOf } from '../http/transcript.ts';
import { words } from '../mind/words.ts';
import { countTokens } from '../responses/think.ts';
import type { InputAudio, Include, LogProbability, Send, TranscriptionSettings, TranscriptionUsage } from './events.ts';
import { isStreamingModel } from './settings.ts';
import { INPUT_TOKENS_PER_SECOND } from './usage.ts';

/** Tells what was heard: while it is being said with streaming models, after the commit with the others. */
export class Transcriber {
  readonly #cloud: Cloud;
  readonly #send: Send;
  readonly #signal: AbortSignal;
  readonly #settings: () => { input: InputAudio; include: Include[] | null };

  constructor(
    cloud: Cloud,
    send: Send,
    signal: AbortSignal,
    settings: () => { input: InputAudio; include: Include[] | null },
  ) {
    this.#cloud = cloud;
    this.#send = send;
    this.#signal = signal;
    this.#settings = settings;
  }

  /** A piece of text came out of the ear. */
  heard(text: string, itemId: string): void {
    const { transcription } = this.#settings().input;
    if (transcription && isStreamingModel(transcription.model)) this.#sendDelta(itemId, text);
  }

  /** An utterance was committed. Resolves with its transcript, `undefined` when none was asked for or the ear failed. */
  async transcribe(itemId: string, heard: Promise<string>, audioMs: number): Promise<string | undefined> {
    const { transcription } = this.#settings().input;
    if (!transcription) return undefined;
    try {
      const transcript = await heard;
      if (!isStreamingModel(transcription.model)) {
        // Whisper tells everything at once.
        const deltas = transcription.model.startsWith('whisper') ? [transcript] : words(transcript);
        for (const delta of deltas.filter(Boolean)) {
          this.#sendDelta(itemId, delta);
          await sleep(this.#cloud.clock, this.#cloud.pace.tokenMs, this.#signal);
        }
      }
      if (/diarize/.test(transcription.model)) this.#sendSegments(itemId, transcript, audioMs);
      this.#cloud.tell('transcript', 'transcript-completed', { text: transcript, itemId });
      this.#send({
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: itemId,
        content_index: 0,
        transcript,
        usage: usageOf(transcription.model, transcript, audioMs),
        ...languagesOf(transcription),
        ...this.#logprobs(transcript),
      });
      return transcript;
    } catch (error) {
      this.#cloud.tell('error', 'transcription-failed', { message: String(error) });
      this.#send({
        type: 'conversation.item.input_audio_transcription.failed',
        item_id: itemId,
        content_index: 0,
        error: {
          type: 'transcription_error',
          code: 'transcription_failed',
          message: 'Input transcription failed for this item.',
          param: null,
        },
      });
      return undefined;
    }
  }

  /** Sentence by sentence, in turn. Their times are a guess by their lengths. */
  #sendSegments(itemId: string, transcript: string, audioMs: number): void {
    const secondsOf = (characters: number): number => ((characters / transcript.length) * audioMs) / 1_000;
    let before = 0;
    for (const [index, { text }] of segmentsOf(
      words(transcript).map((text) => ({ text, start: 0, end: 0 })),
    ).entries()) {
      this.#send({
        type: 'conversation.item.input_audio_transcription.segment',
        item_id: itemId,
        content_index: 0,
        id: this.#cloud.id('seg_'),
        text,
        speaker: speakerOf(index),
        start: secondsOf(before),
        end: secondsOf(before + text.length),
      });
      before += text.length;
    }
  }

  #sendDelta(itemId: string, delta: string): void {
    this.#cloud.tell('transcript', 'delta-produced', { text: delta, itemId });
    this.#send({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: itemId,
      content_index: 0,
      delta,
      ...this.#logprobs(delta),
    });
  }

  /** The same for every token: nobody doubts what was carried beside the voice. */
  #logprobs(text: string): { logprobs?: LogProbability[] } {
    if (!this.#settings().include?.includes('item.input_audio_transcription.logprobs')) return {};
    return { logprobs: words(text).map((token) => ({ token, logprob: -0.01, bytes: [...Buffer.from(token)] })) };
  }
}

/** Only the newest models tell them: those they were told to expect, for the ear knows no languages. */
function languagesOf({ model, languages }: TranscriptionSettings): { languages?: { code: string }[] } {
  if (!/^gpt-(?:live-)?transcribe/.test(model)) return {};
  return { languages: (languages ?? ['en']).map((code) => ({ code })) };
}

function usageOf(model: string, transcript: string, audioMs: number): TranscriptionUsage {
  if (model.startsWith('whisper')) return { type: 'duration', seconds: Math.ceil(audioMs / 1_000) };
  const audioTokens = Math.ceil((audioMs / 1_000) * INPUT_TOKENS_PER_SECOND);
  const outputTokens = countTokens(transcript.length);
  return {
    type: 'tokens',
    total_tokens: audioTokens + outputTokens,
    input_tokens: audioTokens,
    input_token_details: { text_tokens: 0, audio_tokens: audioTokens },
    output_tokens: outputTokens,
  };
}
