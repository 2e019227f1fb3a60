/** Whoever speaks, in any mode. */
export interface Voice {
  /** Fulfilled when all is said. `heard` is told of every frame, by its samples. */
  say(text: string, heard: (samples: number) => void): Promise<void>;
}

export type Provider = 'openai' | 'deepgram' | 'soniox';

/** `url`: `http:`, of the server, without a path. */
export type OpenVoice = (provider: Provider, url: string) => Promise<Voice> | Voice;

/** What OpenAI is asked over HTTP. */
export const speechPath = '/v1/audio/speech';

export function speechBody(text: string): string {
  return JSON.stringify({ input: text, model: 'tts-1', voice: 'alloy', speed: 1, response_format: 'pcm' });
}
