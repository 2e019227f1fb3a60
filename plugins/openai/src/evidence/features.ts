import type { Proof } from './pains.ts';

/** Something that a user may look for in this plugin. Either a test shows it, or there is a reason why it is not there. */
export interface Feature {
  area: string;
  feature: string;
  /** What `@livekit/agents-plugin-openai` 1.9.0 makes of it. */
  upstream: 'yes' | 'partly' | 'no';
  tests?: readonly Proof[];
  reason?: string;
}

export const features: readonly Feature[] = [];
