import type { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import { SpeechFrames } from './speech-frames.ts';

const ramp = Int16Array.from({ length: 1_130 }, (_, n) => 3 * n - 1_000);
const pcm = Buffer.from(ramp.buffer);

function collect(pieces: Iterable<Uint8Array>): { frames: AudioFrame[]; finals: boolean[]; samples: number[] } {
  const frames: AudioFrame[] = [];
  const finals: boolean[] = [];
  const speech = new SpeechFrames({
    sampleRate: 24_000,
    frameMs: 10,
    onFrame(frame, final) {
      frames.push(frame);
      finals.push(final);
    },
  });
  for (const piece of pieces) speech.push(piece);
  speech.end();
  return { frames, finals, samples: frames.flatMap((frame) => [...frame.data]) };
}

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** A header as OpenAI streams it, with a chunk that nobody asked for. */
function wav(rate: number, channels = 1): Buffer {
  const header = Buffer.alloc(54);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt16LE(16, 34);
  header.write('LIST', 36);
  header.writeUInt32LE(1, 40);
  header.write('data', 46);
  header.writeUInt32LE(0xffffffff, 50);
  return Buffer.concat([header, pcm]);
}

describe('SpeechFrames', () => {
  it.each([1, 3, 7, 480, 481, 4_096])('loses nothing when the bytes come in pieces of %i', (length) => {
    const { frames, finals, samples } = collect(cut(pcm, length));
    expect(samples).toEqual([...ramp]);
    expect(frames.map((frame) => frame.samplesPerChannel)).toEqual([240, 240, 240, 240, 170]);
    expect(finals).toEqual([false, false, false, false, true]);
  });

  it('gives every frame memory of its own, because native code ignores offsets', () => {
    const { frames } = collect(cut(pcm, 1_000));
    for (const { data } of frames) expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, data.byteLength]);
  });

  it('drops half a sample at the end', () => {
    expect(collect([pcm.subarray(0, 101)]).samples).toEqual([...ramp.subarray(0, 50)]);
  });

  it('plays what is shorter than any header', () => {
    expect(collect([pcm.subarray(0, 6)]).samples).toEqual([...ramp.subarray(0, 3)]);
  });

  it.each([1, 5, 47, 5_000])('skips a WAV header that nobody asked for, in pieces of %i', (length) => {
    expect(collect(cut(wav(24_000), length)).samples).toEqual([...ramp]);
  });

  it.each([
    ['MP3', Buffer.from('ID3\x04........')],
    ['Ogg', Buffer.from('OggS........')],
    ['FLAC', Buffer.from('fLaC........')],
    ['44100 Hz', wav(44_100)],
    ['2 channels', wav(24_000, 2)],
  ])('makes %s an error instead of noise in the ear', (what, bytes) => {
    expect(() => collect(cut(bytes, 9))).toThrow(new RegExp(`asked for, but .*${what}`));
  });
});
