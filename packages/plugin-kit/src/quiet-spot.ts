/** Every 8th sample tells how loud 20 ms of speech are. */
const strideBytes = 16;

/** The frame of 16-bit PCM in the middle of the quietest run of `width` frames: where speech is best cut, if it must be. */
export function quietSpot(frames: readonly Uint8Array[], width: number): number {
  const loudness = frames.map(loudnessOf);
  let quietest = Infinity;
  let spot = frames.length - 1;
  for (let at = 0; at + width <= frames.length; at++) {
    const sum = loudness.slice(at, at + width).reduce((total, each) => total + each, 0);
    if (sum > quietest) continue;
    quietest = sum;
    spot = at + (width >> 1);
  }
  return spot;
}

function loudnessOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at + 1 < bytes.byteLength; at += strideBytes) sum += Math.abs(view.getInt16(at, true));
  return sum;
}
