import type { Deadlines, ReconnectPolicy, Rotation } from '@patchbay/ws-session';

/** What every session with a voice may be told about its connection. Times in milliseconds. */
export interface VoiceSettings {
  /** Hz of the mono 16-bit PCM that the provider wants. */
  sampleRate: number;
  /** Length of one audio frame on the wire. Default 100. */
  chunkMs?: number;
  deadlines?: Partial<Deadlines>;
  reconnect?: Partial<ReconnectPolicy> | false;
  rotation?: Omit<Rotation, 'isQuiet'>;
}
