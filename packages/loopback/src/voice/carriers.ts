import type { Protocol } from './modem.ts';
import type { Carrier } from './types.ts';

/** The rate at which voice and carrier are mixed and taken apart, Hz. */
export const mixRate = 24_000;

/** How one carrier shares the spectrum with the voice. */
export interface CarrierBand {
  protocol: Protocol;
  /** The modem's samples are played at this rate, Hz: faster moves its tones up. */
  playedAt: number;
  /** The spectrum is turned over (f becomes 12 kHz - f). Costs one multiplication, and undoes itself. */
  turnedOver: boolean;
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
    turnedOver: true,
    voiceCutoff: 4_900,
    gain: 0.12,
    packetBytes: 27,
  },
  // 1.4 to 3.3 kHz, inside what a telephone lets through; the voice keeps what is below.
  inband: {
    protocol: 'DT_FASTEST',
    playedAt: 30_000,
    turnedOver: false,
    voiceCutoff: 1_200,
    gain: 0.3,
    packetBytes: 32,
  },
};

/** Below 22 kHz there is no room above the voice: the carrier moves into the band. */
export function bandFor(carrier: Carrier, sampleRate: number): CarrierBand | undefined {
  if (carrier === 'off') return undefined;
  return sampleRate < 22_000 ? carrierBands.inband : carrierBands[carrier];
}

/** Multiplies by +1, -1, +1, ... in place, beginning at sample number `offset` of the stream. */
export function turnOver(samples: Float32Array, offset: number): void {
  for (let index = (offset + 1) % 2; index < samples.length; index += 2) samples[index] = -samples[index]!;
}
