import { logger, textOf, type TextToSpeechWire } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { failureOf } from '../failure.ts';
import type { SpeakOptions } from './options.ts';

/** `/v1/speak`. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export const aura: TextToSpeechWire<SpeakOptions> = {
  text: (text) => JSON.stringify({ type: 'Speak', text }),
  finish: () => ['{"type":"Flush"}'],
  cancel: () => ['{"type":"Clear"}'],
  farewell: '{"type":"Close"}',
  limits: {
    // "20 times every 60 seconds", and a second for the way. https://developers.deepgram.com/docs/tts-ws-flush
    turns: { most: 20, perMs: 61_000 },
    // DATA-0001, as reported in https://github.com/jambonz/jambonz-feature-server/issues/1214
    characters: { most: 2_400, perMs: 61_000 },
    // https://developers.deepgram.com/docs/tts-character-limits
    textLength: 2_000,
  },
  requestIdOf: ({ type, request_id: id }) => (type === 'Metadata' ? textOf(id) : undefined),
  receive(message, turn, { connection }) {
    switch (message.type) {
      case 'Flushed':
        return turn.spoken();
      case 'Cleared':
        return turn.isCancelled ? turn.over() : undefined;
      case 'Warning':
        if (message.code === 'EXCESSIVE_FLUSH') {
          throw new PatchbayError('provider-error', 'Deepgram did not take a Flush', { retryable: true });
        }
        return logger(connection)?.warn({ code: message.code }, 'Deepgram warns about a message');
      case 'Error':
        throw failureOf(message);
    }
  },
};
