import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { PatchbayError } from '@patchbay/ws-url';
import { environment } from './options.ts';

/** Compressed audio that can be decoded while it arrives: `opus` in an Ogg container, `flac` about a second late. */
export type CompressedAudio = 'mp3' | 'opus' | 'flac';

const demuxers: Readonly<Record<CompressedAudio, string>> = { mp3: 'mp3', opus: 'ogg', flac: 'flac' };

/** As much of the decoder's complaint as is kept. */
const maxComplaint = 500;

export interface AudioDecoderOptions {
  format: CompressedAudio;
  /** Hz of the mono 16-bit little-endian PCM that comes out. */
  sampleRate: number;
  onAudio: (bytes: Uint8Array) => void;
  /** Ends it at once. */
  signal: AbortSignal;
}

/**
 * Compressed audio in, PCM out, piece by piece: the ffmpeg that `@livekit/agents` brings along, in a process of its
 * own. It takes a few tens of milliseconds to start, which PCM does not.
 */
export class AudioDecoder {
  readonly #process: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #format: CompressedAudio;
  readonly #signal: AbortSignal;
  #complaint = '';
  #failure: PatchbayError | undefined;

  constructor({ format, sampleRate, onAudio, signal }: AudioDecoderOptions) {
    this.#format = format;
    this.#signal = signal;
    // No looking ahead. `-fflags nobuffer` would be quicker still, and costs the first frame of audio.
    const input = ['-probesize', '32', '-analyzeduration', '0', '-f', demuxers[format]];
    const output = ['-f', 's16le', '-ac', '1', '-ar', String(sampleRate), '-flush_packets', '1'];
    const command = ['-hide_banner', '-loglevel', 'error', ...input, '-i', 'pipe:0', ...output, 'pipe:1'];
    const child = spawn(ffmpegPath(), command, { signal, killSignal: 'SIGKILL', windowsHide: true });
    this.#process = child;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    child.once('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    // It ended before its input did; why, it says itself.
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', onAudio);
    child.stderr.on('data', (text: Buffer) => {
      this.#complaint = (this.#complaint + text.toString()).slice(0, maxComplaint);
    });
  }

  /** @throws PatchbayError once there is nobody to decode. */
  push(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure;
    this.#process.stdin?.write(bytes);
  }

  /** The input is complete. Resolves when all of it has been decoded. */
  async end(): Promise<void> {
    this.#process.stdin?.end();
    await this.#closed;
    this.#signal.throwIfAborted();
    if (this.#failure) throw this.#failure;
    if (this.#process.exitCode !== 0) {
      throw new PatchbayError('protocol-violation', `what arrived is not ${this.#format}: ${this.#complaint.trim()}`);
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (error.name === 'AbortError') return;
    this.#failure = new PatchbayError(
      'unsupported',
      `there is no ffmpeg to decode ${this.#format} with (${error.code ?? error.message}): ask for PCM, or set LIVEKIT_FFMPEG_PATH`,
    );
  }
}

/** As LiveKit finds it: a path that the user set, the one that it brings along, or whatever is on the PATH. */
function ffmpegPath(): string {
  return environment('LIVEKIT_FFMPEG_PATH') ?? bundledPath() ?? 'ffmpeg';
}

/** `@livekit/av` is a dependency of `@livekit/agents` and has a binary for most platforms. */
function bundledPath(): string | undefined {
  try {
    const agents = createRequire(import.meta.url).resolve('@livekit/agents');
    const av = createRequire(agents)('@livekit/av') as { getFfmpegPath?: () => string | undefined };
    return av.getFfmpegPath?.();
  } catch {
    return undefined;
  }
}
