import type { Subject } from '@patchbay/conformance';
import type * as ours from '../../index.ts';

/** Both plugins have the same classes; upstream lacks some of them. */
type Plugin = typeof ours;

/** Speech that nobody could hear in time is dropped, and told. */
const lateStart = {
  outcome: ['completes', 'recovers'],
  delivers: ['all', 'part', 'nothing'],
  droppedMs: [0, 5_000],
  note: 'the caller does not wait for the connection; audio older than two seconds is dropped, and told',
} as const;

/** The classes of the plugin, or of the one that it replaces. */
export function openaiSubjects({ LLM, realtime, responses, STT, TTS }: Plugin): Subject[] {
  return [
    {
      name: 'openai.LLM',
      kind: 'llm',
      transport: 'http',
      upstream: 'C',
      points: { begun: [0], output: [4, 6, 9], last: [16] },
      na: { 'no-type': 'chunks of chat completions have no type' },
      create: (where) => new LLM(where),
    },
    {
      name: 'openai.responses.LLM',
      kind: 'llm',
      transport: 'websocket',
      upstream: 'L',
      points: {
        begun: ['response.created'],
        output: ['response.output_text.delta#2', 'response.output_text.delta', 'response.output_text.delta#9'],
        last: ['response.completed'],
      },
      create: (where) => new responses.LLM(where),
    },
    {
      name: 'openai.responses.LLM',
      kind: 'llm',
      transport: 'http',
      upstream: 'H',
      points: {
        begun: ['response.created', 0],
        output: ['response.output_text.delta#2', 'response.output_text.delta', 'response.output_text.delta#9'],
        last: ['response.completed'],
      },
      create: (where) => new responses.LLM({ ...where, useWebSocket: false }),
    },
    {
      name: 'openai.STT',
      kind: 'stt',
      transport: 'websocket',
      upstream: 'S',
      points: {
        begun: ['input_audio_buffer.speech_started', 'session.updated'],
        output: ['conversation.item.input_audio_transcription.delta', 'input_audio_buffer.speech_stopped'],
        last: ['conversation.item.input_audio_transcription.completed'],
      },
      create: (where) => new STT({ ...where, model: 'gpt-4o-mini-transcribe', useRealtime: true }),
    },
    {
      name: 'openai.STT',
      kind: 'recognition',
      transport: 'http',
      points: { begun: [0], output: [1], last: [1] },
      create: (where) => new STT({ ...where, model: 'gpt-4o-mini-transcribe', useRealtime: false }),
    },
    {
      name: 'openai.TTS',
      kind: 'tts',
      transport: 'http',
      upstream: 'T',
      points: {
        begun: [0],
        output: ['speech.audio.delta#2', 'speech.audio.delta', 'speech.audio.delta#5'],
        last: ['speech.audio.done'],
      },
      create: (where) => new TTS({ ...where, model: 'gpt-4o-mini-tts' }),
    },
    {
      name: 'openai.realtime.RealtimeModel',
      kind: 'realtime',
      transport: 'websocket',
      upstream: 'R',
      points: {
        begun: ['response.created', 'session.updated'],
        output: ['response.output_audio.delta#2', 'response.output_audio_transcript.delta', 'response.output_audio.delta#6'],
        last: ['response.done'],
      },
      differs: {
        'audio-during-outage': {
          delivers: 'all',
          droppedMs: [0, 2_500],
          note: 'a phrase waits for fifteen seconds; the silence before it, which was on its way, may not have been heard',
        },
      },
      create: (where, connOptions) => new realtime.RealtimeModel({ ...where, ...(connOptions ? { connOptions } : {}) }),
    },
    {
      name: 'openai.realtime.GPTLiveModel',
      kind: 'duplex',
      transport: 'websocket',
      points: {
        begun: ['session.started'],
        output: [
          'session.output_transcript.delta#2',
          'session.output_transcript.delta#3',
          'session.output_transcript.delta#5',
        ],
        last: ['session.output_transcript.delta#13'],
      },
      differs: {
        'answer-late': lateStart,
        'lose-first-event': {
          ...lateStart,
          ...{ outcome: 'recovers', dials: 2, recoverable: 1, withinMs: 20_000, droppedMs: [0, 15_000] },
          note: 'nothing may be sent before the service has confirmed the start',
        },
      },
      na: {
        reorder: 'the service says nothing else before it has confirmed the start',
        'slow-consumer': 'whoever falls behind hears the present: it is a live line',
        'barge-in': 'the service hears for itself that the caller speaks',
      },
      create: (where, connOptions) => new realtime.GPTLiveModel({ ...where, ...(connOptions ? { connOptions } : {}) }),
    },
    {
      name: 'openai.realtime.RealtimeTranslationModel',
      kind: 'interpreter',
      transport: 'websocket',
      points: {
        begun: ['session.updated'],
        output: ['session.output_transcript.delta', 'session.output_transcript.delta#2'],
        last: ['session.output_transcript.delta#3'],
      },
      differs: { 'answer-late': lateStart },
      create: (where, connOptions) =>
        new realtime.RealtimeTranslationModel({
          ...where,
          targetLanguage: 'es',
          ...(connOptions ? { connOptions } : {}),
        }),
    },
  ];
}
