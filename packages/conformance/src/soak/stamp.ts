/**
 * Samples that know where they belong. Eight in a row, a group, spell two numbers: the count of the group in five
 * digits and its caller in three, each digit beside its place in the group. So loss, repetition, another order, a
 * swapped byte and somebody else's sound are all seen in any group. Quiet, they lie below what counts as a voice; loud,
 * above.
 */
export const groupSamples = 8;

const digitBits = 5;
const digitMask = (1 << digitBits) - 1;
/** Digits of the count; the rest are the caller's. */
const countDigits = 5;
/** The eight bits of a sample are centred, so that a quiet caller is quiet by power as well: -53 dBFS. */
const centre = 128;
const wholeMask = 255;
/** A multiple of what the mask takes away. */
const loudness = 1_024;

/** The sample at a place in a group, before it is centred. */
function sampleAt(place: number, group: number, caller: number): number {
  const digit = place < countDigits ? group >> (place * digitBits) : caller >> ((place - countDigits) * digitBits);
  return (place << digitBits) | (digit & digitMask);
}

/** Writes groups from `first` on into `samples`. */
export function stamp(samples: Int16Array, caller: number, first: number, loud: boolean): void {
  const offset = loud ? loudness - centre : -centre;
  let group = first;
  for (let at = 0; at < samples.length; group++) {
    for (let place = 0; place < groupSamples; place++) samples[at++] = sampleAt(place, group, caller) + offset;
  }
}

export interface Stamp {
  caller: number;
  group: number;
}

/** Reads the group at `at`; `silence` if nobody spoke there, `undefined` if it is none. */
export function readStamp(samples: Int16Array, at: number): Stamp | 'silence' | undefined {
  let group = 0;
  let caller = 0;
  for (let place = 0; place < groupSamples; place++) {
    const value = (samples[at + place]! + centre) & wholeMask;
    if (value >> digitBits !== place) return isSilent(samples, at) ? 'silence' : undefined;
    const digit = value & digitMask;
    if (place < countDigits) group |= digit << (place * digitBits);
    else caller |= digit << ((place - countDigits) * digitBits);
  }
  return { caller, group };
}

/** Whether the group at `at` is this one: the quick way, for the many that are as they should be. */
export function isStamp(samples: Int16Array, at: number, { caller, group }: Stamp): boolean {
  for (let place = 0; place < groupSamples; place++) {
    if (((samples[at + place]! + centre) & wholeMask) !== sampleAt(place, group, caller)) return false;
  }
  return true;
}

function isSilent(samples: Int16Array, at: number): boolean {
  for (let each = at; each < at + groupSamples; each++) if (samples[each] !== 0) return false;
  return true;
}
