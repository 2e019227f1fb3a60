import type { Kind } from '../subject.ts';
import { DuplexTalk } from './duplex.ts';
import { LLMTalk } from './llm.ts';
import { InterpreterTalk, RealtimeTalk } from './realtime.ts';
import { RecognitionTalk, STTTalk } from './stt.ts';
import type { Talk, TalkParts } from './talk.ts';
import { TTSTalk } from './tts.ts';

export const talks: Readonly<Record<Kind, new (parts: TalkParts) => Talk>> = {
  llm: LLMTalk,
  stt: STTTalk,
  recognition: RecognitionTalk,
  tts: TTSTalk,
  realtime: RealtimeTalk,
  duplex: DuplexTalk,
  interpreter: InterpreterTalk,
};
