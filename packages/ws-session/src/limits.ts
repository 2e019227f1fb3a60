/** Sizes that apply where the owner of a session or pool says nothing. */

/** Audio kept while it cannot go out, in milliseconds. */
export const MAX_AUDIO_BACKLOG_MS = 2_000;
/** Control frames kept while they cannot go out. */
export const MAX_CONTROL_BACKLOG_BYTES = 1_048_576;
/** Unsent bytes above which frames wait in the outbox. */
export const HIGH_WATER_BYTES = 262_144;
/** Frames or events in a row that nobody could read: one is an accident, this many are a peer that speaks something else. */
export const MAX_UNREADABLE = 8;
/** Largest frame accepted; a second of audio is less than a hundredth of it. */
export const MAX_PAYLOAD_BYTES: number = 16 * 1_048_576;
