import type { APIConnectOptions } from '@livekit/agents';
import { listenWith, type Listening } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import type { STTOptions } from '../stt/options.ts';
import { STT, type SpeechStream } from '../stt/stt.ts';

export const sampleRate = 16_000;
export const apiKey = 'snx-test-key';

/** A stream of loopback's Soniox, as it will be from 15 January 2027 on. */
export const listen = (
  options: Partial<STTOptions> = {},
  { soniox, ...more }: LoopbackOptions = {},
  connOptions?: APIConnectOptions,
): Promise<Listening<SpeechStream, STT>> =>
  listenWith(
    ({ origin }) => new STT({ apiKey, baseUrl: origin, ...options }),
    { soniox: { keysInMessages: false, ...soniox }, ...more },
    connOptions,
  );
