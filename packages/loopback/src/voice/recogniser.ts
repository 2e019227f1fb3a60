import { spawn } from 'node:child_process';
import { resample, toInt16 } from './resampler.ts';
import type { Speech } from './types.ts';

/** Understands real speech. Resolves to an empty string when it understood nothing. */
export type Recogniser = (speech: Speech) => Promise<string>;

const recogniserRate = 16_000;
/** A hung recogniser must not hold a conversation, milliseconds. */
const timeoutMs = 30_000;

const script = `
import sys
from pocketsphinx import Decoder
decoder = Decoder(samprate=${recogniserRate}, loglevel='FATAL')
decoder.start_utt()
decoder.process_raw(sys.stdin.buffer.read(), no_search=False, full_utt=True)
decoder.end_utt()
hypothesis = decoder.hyp()
print(hypothesis.hypstr if hypothesis else '')
`;

let found: Promise<Recogniser | undefined> | undefined;

/** pocketsphinx as the `pocketsphinx` package of the `python3` on the PATH (it brings an English model), if it is there. */
export function findRecogniser(): Promise<Recogniser | undefined> {
  found ??= python(['-c', 'import pocketsphinx; print("yes")'], new Uint8Array(0)).then((answer) =>
    answer === 'yes' ? pocketsphinx : undefined,
  );
  return found;
}

async function pocketsphinx({ samples, sampleRate }: Speech): Promise<string> {
  const pcm = toInt16(resample(samples, sampleRate, recogniserRate));
  return (await python(['-c', script], new Uint8Array(pcm.buffer))) ?? '';
}

/** What it printed, or `undefined` if it could not be started or failed. */
function python(args: readonly string[], input: Uint8Array): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('python3', args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? output.trim() : undefined));
    // A child that ends early closes its pipe; its exit code says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
