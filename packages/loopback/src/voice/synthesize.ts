import { bandFor, mixRate, turnOver, type CarrierBand } from './carriers.ts';
import { flite, type FliteVoice } from './flite.ts';
import { Modem, modemRate, type Protocol } from './modem.ts';
import { toPackets } from './packets.ts';
import { resample, toInt16 } from './resampler.ts';
import type { Carrier, Speech } from './types.ts';

export interface SpeechRequest {
  text: string;
  carrier: Carrier;
  /** A provider's voice name. */
  voice: string;
  sampleRate: number;
  speed: number;
}

const voiceGain = 0.8;
/** What the modem takes at once; the rest of a longer packet would be lost without a word. */
const largestPacketBytes = 140;
/** Seconds by which the carrier may outlast the voice: less than the silence that ends a turn. */
const longestTail = 0.25;

/** What the provider's voices sound like here. Men where the original is a man's voice. */
const voices: Readonly<Record<string, FliteVoice>> = {
  ash: 'rms',
  ballad: 'awb',
  cedar: 'rms',
  echo: 'rms',
  fable: 'awb',
  onyx: 'kal16',
  verse: 'rms',
  // Deepgram's
  angus: 'awb',
  apollo: 'rms',
  arcas: 'rms',
  aries: 'rms',
  atlas: 'kal16',
  draco: 'awb',
  helios: 'awb',
  hermes: 'rms',
  hyperion: 'awb',
  jupiter: 'kal16',
  mars: 'rms',
  neptune: 'kal16',
  odysseus: 'rms',
  orion: 'rms',
  orpheus: 'rms',
  perseus: 'rms',
  pluto: 'kal16',
  saturn: 'kal16',
  zeus: 'kal16',
  slt: 'slt',
  rms: 'rms',
  awb: 'awb',
  kal16: 'kal16',
};

const modems = new Map<Protocol, Modem>();

/** A voice that a person understands and, beside it, tones from which an ear reads the same text. */
export async function synthesize({ text, carrier, voice, sampleRate, speed }: SpeechRequest): Promise<Speech> {
  if (text.trim() === '') return { samples: new Int16Array(0), sampleRate };
  const band = bandFor(carrier, sampleRate);
  const spoken = await flite(text, voices[voice] ?? 'slt', speed);
  const voiced = resample(spoken.samples, spoken.sampleRate, mixRate, { cutoff: band?.voiceCutoff, taps: 128 });
  const mixed = mix(voiced, band ? await tones(text, band, voiced.length) : [], band?.gain ?? 0);
  return { samples: toInt16(resample(mixed, mixRate, sampleRate)), sampleRate };
}

/** One clip per packet, at {@link mixRate}, in packets as small as the voice leaves time for. */
async function tones(text: string, band: CarrierBand, voiceLength: number): Promise<Float32Array[]> {
  let modem = modems.get(band.protocol);
  if (!modem) modems.set(band.protocol, (modem = new Modem(band.protocol)));
  let clips: Float32Array[] = [];
  for (let size = band.packetBytes; size < largestPacketBytes; size = Math.ceil(size * 1.5)) {
    clips = [];
    for (const packet of toPackets(text, Math.min(size, largestPacketBytes - 3))) {
      const clip = resample(await modem.encode(packet), (modemRate * band.playedAt) / mixRate, mixRate);
      if (band.turnedOverAt > 0) turnOver(clip, 0, band.turnedOverAt, mixRate);
      clips.push(clip);
    }
    if (clips.length === 1 || lengthOf(clips) <= voiceLength + longestTail * mixRate) break;
  }
  return clips;
}

/** The packets are spread over the voice, so that what was heard of one tells what was heard of the other. */
function mix(voice: Float32Array, clips: Float32Array[], gain: number): Float32Array {
  const carried = lengthOf(clips);
  const pause = clips.length > 1 ? Math.max(0, Math.floor((voice.length - carried) / (clips.length - 1))) : 0;
  const output = new Float32Array(Math.max(voice.length, carried + pause * Math.max(0, clips.length - 1)));
  for (let index = 0; index < voice.length; index++) output[index] = voice[index]! * voiceGain;
  let start = 0;
  for (const clip of clips) {
    for (let index = 0; index < clip.length; index++) output[start + index]! += clip[index]! * gain;
    start += clip.length + pause;
  }
  return output;
}

function lengthOf(clips: readonly Float32Array[]): number {
  return clips.reduce((sum, clip) => sum + clip.length, 0);
}
