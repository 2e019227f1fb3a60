import type { llm } from '@livekit/agents';
import { AudioFrame as RtcAudioFrame } from '@livekit/rtc-node';

/**
 * The audio frame of LiveKit's own declarations. `@livekit/rtc-node` declares the class twice, for `import` and for
 * `require`, with a private property each, so the two are not assignable; `@livekit/agents` refers to the first from
 * either of its formats. Declarations that name the frame through LiveKit fit LiveKit's base classes in both.
 */
export type AudioFrame = Parameters<llm.RealtimeSession['pushAudio']>[0];

/** One channel of samples as a frame. The frame keeps the memory; it is not copied. */
export function monoFrame(samples: Int16Array, sampleRate: number): AudioFrame {
  return pcmFrame(samples, sampleRate, 1);
}

/** The same with any number of channels, interleaved; samples that are not one for each are left out. */
export function pcmFrame(samples: Int16Array, sampleRate: number, channels: number): AudioFrame {
  const samplesPerChannel = Math.floor(samples.length / channels);
  return new RtcAudioFrame(samples.subarray(0, samplesPerChannel * channels), sampleRate, channels, samplesPerChannel);
}
