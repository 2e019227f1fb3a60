/** Whoever asks the model, in any mode. */
export interface Mind {
  /** `heard` is told of every piece of text as it comes. */
  ask(words: string, heard: (text: string) => void): Turn;
  /** Opens a socket ahead. */
  prewarm(): void;
  close(): Promise<void>;
}

export interface Turn {
  /** When all of it was heard. */
  done: Promise<void>;
  /** The caller interrupts. */
  close(): void;
}

/** `url`: of the server, without a path. */
export type OpenMind = (url: string) => Mind;

/** What is sent, where it is written by hand. */
export function createMessage(words: string): string {
  const input = [{ role: 'user', content: words }];
  return JSON.stringify({ type: 'response.create', model: 'gpt-4.1', store: false, input });
}

export const path = '/v1/responses';
