import type { Protocol } from './modem.ts';
import type { Carrier } from './types.ts';

/** The rate at which voice and carrier are mixed and taken apart, Hz. */
export const mixRate = 24_000;

/** How one carrier shares the spectrum with the voice. */
export interface CarrierBand {
  protocol: Protocol;
  /** The modem's samples are played at this rate, Hz: faster moves its tones up. */
  playedAt: number;
  /** The spectrum is turned over: f becomes this minus f, Hz. Costs one multiplication, and undoes itself. 0: it is not. */
  turnedOverAt: number;
  /** The voice is cut above, Hz. */
  voiceCutoff: number;
  /** Of the modem's own level. */
  gain: number;
  /** Text bytes of the smallest packets. Small ones tell earlier; each costs 0.75 s of markers. */
  packetBytes: number;
}

export const carrierBands: Record<Exclude<Carrier, 'off'>, CarrierBand> = {
  // 5.6 to 10.1 kHz, above a voice of up to 5 kHz.
  high: {
    protocol: 'AUDIBLE_FASTEST',
    playedAt: 24_000,
    turnedOverAt: 12_000,
    voiceCutoff: 4_900,
    gain: 0.12,
    packetBytes: 27,
  },
  // 4.1 to 6.3 kHz, above a voice of up to 3.8 kHz.
  wide: {
    protocol: 'DT_FASTEST',
    playedAt: 36_000,
    turnedOverAt: 8_000,
    voiceCutoff: 3_800,
    gain: 0.2,
    packetBytes: 32,
  },
  // 1.4 to 3.3 kHz, inside what a telephone lets through; the voice keeps what is below.
  inband: {
    protocol: 'DT_FASTEST',
    playedAt: 30_000,
    turnedOverAt: 0,
    voiceCutoff: 1_200,
    gain: 0.3,
    packetBytes: 32,
  },
};

/** Where there is no room for a carrier above the voice it moves down, and the voice makes way. */
export function bandFor(carrier: Carrier, sampleRate: number): CarrierBand | undefined {
  if (carrier === 'off') return undefined;
  if (carrier === 'inband' || sampleRate < 15_000) return carrierBands.inband;
  return sampleRate < 22_000 ? carrierBands.wide : carrierBands[carrier];
}

/** Turns the spectrum of a stream over at so many Hz, in place, beginning at sample number `offset` of the stream. */
export function turnOver(samples: Float32Array, offset: number, frequency: number, sampleRate: number): void {
  const angle = (2 * Math.PI * frequency) / sampleRate;
  for (let index = 0; index < samples.length; index++) samples[index]! *= Math.cos(angle * (offset + index));
}
