import type { VAD, llm, stt, tts } from '@livekit/agents';
import type { Offer } from './providers/index.ts';
import { createLLM, createRealtimeModel } from './providers/openai.ts';
import type { Hearing, Part, Place } from './providers/types.ts';
import type { Mode } from './record.ts';

/** What an AgentSession is made of. */
export interface Models {
  stt?: stt.STT;
  llm: llm.LLM | llm.RealtimeModel | llm.DuplexModel;
  tts?: tts.TTS;
  /** Default: LiveKit's. */
  vad?: VAD | null;
}

/** Who hears and who speaks, where those are two. */
export interface Cast {
  stt: Offer<Hearing>;
  tts: Offer<Part<tts.TTS>>;
}

export function createModels(mode: Mode, place: Place, { stt, tts }: Cast): Models {
  if (mode === 'realtime') return { llm: createRealtimeModel(place) };
  return { stt: stt.create(place), llm: createLLM(place), tts: tts.create(place) };
}

/** For people. */
export function partsOf(mode: Mode, { stt, tts }: Cast): string {
  if (mode === 'realtime') return 'realtime.RealtimeModel on one socket';
  return [stt.title, 'responses.LLM on a WebSocket', tts.title].join(' · ');
}

export async function closeModels({ stt, llm, tts }: Models): Promise<void> {
  await Promise.all([stt?.close(), 'aclose' in llm ? llm.aclose() : llm.close(), tts?.close()]);
}
