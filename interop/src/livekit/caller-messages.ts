/** What a caller's process is told when it starts. */
export interface CallerSettings {
  url: string;
  token: string;
}

/** What it is told then. */
export type CallerOrder = { say: string } | { hangUp: true };

/** What it tells. */
export type CallerNews =
  | { is: 'joined' }
  | { is: 'came' | 'left'; identity: string }
  /** The first sound after silence, and the silence after it. */
  | { is: 'sounding' | 'quiet' }
  /** Words that were read from the sound, as soon as they are complete. */
  | { is: 'heard'; text: string }
  /** What was to be said has been said. */
  | { is: 'said' }
  /** What the agent tells the room that it has understood. */
  | { is: 'understood'; text: string }
  | { is: 'hung-up' }
  | { is: 'failed'; why: string };
