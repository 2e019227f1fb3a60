import type { LoopbackOptions } from '../cloud.ts';
import { startEar } from './ear.ts';
import { plainEar, plainVoice } from './plain-voice.ts';
import type { Ear, Voice } from './types.ts';
import { startVoice } from './voice.ts';

/** The voice and the ear that the options ask for. `close` ends those that were started here, not the ones that were given. */
export async function resolveSpeech(
  options: Pick<LoopbackOptions, 'voice' | 'ear' | 'carrier'>,
): Promise<{ voice: Voice; ear: Ear; close(): Promise<void> }> {
  const { carrier } = options;
  const started: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.close()));
  };
  try {
    let voice = options.voice === 'plain' ? plainVoice : options.voice;
    let ear = options.ear ?? (options.voice === 'plain' ? plainEar : undefined);
    if (!voice) started.push((voice = await startVoice({ carrier })));
    if (!ear) started.push((ear = await startEar({ carrier })));
    return { voice, ear, close };
  } catch (error) {
    await close();
    throw error;
  }
}
