import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioDecoder, type CompressedAudio } from './audio-decoder.ts';
import { until } from './__fixtures__/until.ts';

const rate = 24_000;
/** 440 Hz, at half the level that 16 bits have. Long enough for the ten frames that FLAC is read ahead. */
const tone = Int16Array.from({ length: 4 * rate }, (_, n) => 16_000 * Math.sin((2 * Math.PI * 440 * n) / rate));

/** LiveKit's ffmpeg encodes what it decodes, but no MP3; that one, of a second, was made by lamejs. */
function encoded(format: CompressedAudio): Buffer {
  if (format === 'mp3') return readFileSync(new URL('./__fixtures__/tone.mp3', import.meta.url));
  const require = createRequire(createRequire(import.meta.url).resolve('@livekit/agents'));
  const { getFfmpegPath } = require('@livekit/av') as { getFfmpegPath(): string };
  const codec = format === 'opus' ? ['-c:a', 'libopus', '-f', 'ogg', '-page_duration', '20000'] : ['-f', 'flac'];
  const raw = ['-f', 's16le', '-ar', String(rate), '-ac', '1'];
  const { stdout, stderr } = spawnSync(getFfmpegPath(), [...raw, '-i', 'pipe:0', ...codec, 'pipe:1'], {
    input: Buffer.from(tone.buffer),
  });
  if (stdout.length === 0) throw new Error(stderr.toString());
  return stdout;
}

afterEach(() => vi.unstubAllEnvs());

function decoder(format: CompressedAudio): { decoder: AudioDecoder; samples(): Int16Array; abort: AbortController } {
  const pieces: Uint8Array[] = [];
  const abort = new AbortController();
  const onAudio = (bytes: Uint8Array): void => void pieces.push(bytes);
  return {
    decoder: new AudioDecoder({ format, sampleRate: rate, onAudio, signal: abort.signal }),
    samples: () => new Int16Array(new Uint8Array(Buffer.concat(pieces)).buffer),
    abort,
  };
}

/** Crossings of zero, upwards: how often a tone went round. */
function cycles(samples: Int16Array): number {
  return samples.filter((sample, at) => at > 0 && sample >= 0 && samples[at - 1]! < 0).length;
}

describe('AudioDecoder', () => {
  it.each(['mp3', 'opus', 'flac'] as const)('decodes %s, all of it, before the last byte has come', async (format) => {
    const file = encoded(format);
    const heard = decoder(format);
    const half = Math.floor(file.length / 2);
    for (let at = 0; at < half; at += 700) heard.decoder.push(file.subarray(at, Math.min(half, at + 700)));
    await until(() => heard.samples().length > 2_400);
    heard.decoder.push(file.subarray(half));
    await heard.decoder.end();
    const seconds = format === 'mp3' ? 1 : 4;
    // MP3 has some silence of its own at both ends, and rings there.
    expect(heard.samples().length / rate).toBeGreaterThanOrEqual(seconds);
    expect(heard.samples().length / rate).toBeLessThan(seconds + 0.15);
    expect(Math.abs(cycles(heard.samples()) / seconds - 440)).toBeLessThan(30);
  });

  it('loses no sample of what can be decoded exactly', async () => {
    const heard = decoder('flac');
    heard.decoder.push(encoded('flac'));
    await heard.decoder.end();
    expect(heard.samples()).toEqual(tone);
  });

  it('says what arrived instead', async () => {
    const heard = decoder('flac');
    heard.decoder.push(Buffer.from('{"error":"this is no audio, however long you look at it"}'));
    await expect(heard.decoder.end()).rejects.toMatchObject({
      code: 'protocol-violation',
      message: expect.stringMatching(/^what arrived is not flac: /),
    });
  });

  it('says what to do where there is no ffmpeg', async () => {
    vi.stubEnv('LIVEKIT_FFMPEG_PATH', '/nowhere/ffmpeg');
    const heard = decoder('mp3');
    await expect(heard.decoder.end()).rejects.toMatchObject({
      code: 'unsupported',
      retryable: false,
      message: expect.stringMatching(/LIVEKIT_FFMPEG_PATH/),
    });
    expect(() => heard.decoder.push(Buffer.alloc(1))).toThrow(/no ffmpeg/);
  });

  it('ends at once when it is aborted', async () => {
    const heard = decoder('mp3');
    heard.decoder.push(encoded('mp3').subarray(0, 2_000));
    const reason = new Error('late');
    heard.abort.abort(reason);
    await expect(heard.decoder.end()).rejects.toBe(reason);
  });
});
