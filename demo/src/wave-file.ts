/** A RIFF/WAVE file of 16-bit samples; two channels are interleaved. */
export function waveFile(channels: readonly Int16Array[], sampleRate: number): Buffer {
  const frames = Math.max(...channels.map(({ length }) => length));
  const file = Buffer.alloc(44 + frames * channels.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * channels.length * 2, 28);
  file.writeUInt16LE(channels.length * 2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(file.length - 44, 40);
  for (let frame = 0; frame < frames; frame++) {
    channels.forEach((samples, channel) =>
      file.writeInt16LE(samples[frame] ?? 0, 44 + (frame * channels.length + channel) * 2),
    );
  }
  return file;
}
