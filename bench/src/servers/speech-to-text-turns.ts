/** How much audio a server hears before it has understood a turn, in milliseconds. */
export const turnMs = 2_000;

const words = 'the quick brown fox jumps over the lazy dog'.split(' ');

/** What is said in a turn: each message, and after which part of the audio of that turn. */
export interface Message {
  after: number;
  json: object;
}

/** Makes what is said of a turn, which begins and ends at these milliseconds; `heard`: all bytes until its end. */
export type Turn = (number: number, heard: number) => Message[];

const startOf = (number: number): number => (number - 1) * turnMs;
const textOf = (number: number, heard: number): string => `turn ${number} heard ${heard}`;

/** `gpt-4o-mini-transcribe` with server VAD. https://developers.openai.com/api/docs/guides/realtime-transcription */
const openai: Turn = (number, heard) => {
  const item_id = `item_${String(number).padStart(21, '0')}`;
  const event = (type: string, after: number, fields: object): Message => ({
    after,
    json: { type, event_id: `event_${String(number).padStart(21, '0')}`, ...fields },
  });
  const part = 'conversation.item.input_audio_transcription';
  return [
    event('input_audio_buffer.speech_started', 0.2, { audio_start_ms: startOf(number) + 100, item_id }),
    event('input_audio_buffer.speech_stopped', 0.9, { audio_end_ms: startOf(number) + 1_700, item_id }),
    event('input_audio_buffer.committed', 0.9, { previous_item_id: null, item_id }),
    event('conversation.item.added', 0.9, {
      previous_item_id: null,
      item: {
        ...{ id: item_id, type: 'message', object: 'realtime.item', status: 'completed', role: 'user' },
        content: [{ type: 'input_audio', transcript: null }],
      },
    }),
    ...words.map((word) => event(`${part}.delta`, 1, { item_id, content_index: 0, delta: `${word} ` })),
    event(`${part}.completed`, 1, {
      ...{ item_id, content_index: 0, transcript: textOf(number, heard) },
      usage: { type: 'tokens', total_tokens: 32, input_tokens: 20, output_tokens: 12 },
    }),
  ];
};

/** Nova's interim results come about once a second. https://developers.deepgram.com/docs/interim-results */
const deepgram: Turn = (number, heard) => {
  const start = startOf(number) / 1000;
  const results = (after: number, transcript: string, isFinal: boolean): Message => ({
    after,
    json: {
      type: 'Results',
      channel_index: [0, 1],
      ...{ duration: (after * turnMs) / 1000, start, is_final: isFinal, speech_final: isFinal },
      channel: {
        alternatives: [
          {
            transcript,
            confidence: 0.98,
            words: transcript.split(' ').map((word, index) => ({
              ...{ word, start: start + 0.1 + index * 0.15, end: start + 0.2 + index * 0.15 },
              ...{ confidence: 0.98, punctuated_word: word },
            })),
          },
        ],
      },
      metadata: {
        request_id: 'ac0fbb1c-5b7b-4a4c-8d3c-0b6f4a3d4e11',
        model_info: { name: 'general-nova-3', version: '2025-04-17.21547', arch: 'nova-3' },
        model_uuid: '40bd3654-e622-47c4-a111-63a61b23bfe8',
      },
      from_finalize: false,
    },
  });
  return [
    results(0.4, words.slice(0, 4).join(' '), false),
    results(0.8, words.slice(0, 8).join(' '), false),
    results(1, textOf(number, heard), true),
  ];
};

/** Soniox tells what it hears several times a second. https://soniox.com/docs/stt/api-reference/websocket-api */
const soniox: Turn = (number, heard) => {
  const start = startOf(number);
  const result = (after: number, spoken: readonly string[], isFinal: boolean): Message => ({
    after,
    json: {
      tokens: [
        ...spoken.map((word, index) => ({
          text: index === 0 ? word : ` ${word}`,
          ...{ start_ms: start + 100 + index * 150, end_ms: start + 200 + index * 150 },
          ...{ confidence: 0.98, is_final: isFinal },
        })),
        ...(isFinal
          ? [{ text: '<end>', start_ms: start + 1_700, end_ms: start + 1_700, confidence: 1, is_final: true }]
          : []),
      ],
      final_audio_proc_ms: isFinal ? start + turnMs : start,
      total_audio_proc_ms: start + after * turnMs,
    },
  });
  return [
    ...words.map((_, index) => result((index + 1) / 10, words.slice(0, index + 1), false)),
    result(1, textOf(number, heard).split(' '), true),
  ];
};

export const turns = { openai, deepgram, soniox };

/** Messages of a turn. */
export const messagesPerTurn = {
  openai: openai(1, 0).length,
  deepgram: deepgram(1, 0).length,
  soniox: soniox(1, 0).length,
};
