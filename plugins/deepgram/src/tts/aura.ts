import { logger, type TextToSpeechWire } from '@patchbay/plugin-kit';
import { textOf } from '../stt/words.ts';
import type { SpeakOptions } from './options.ts';

/** `/v1/speak`. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export const aura: TextToSpeechWire<SpeakOptions> = {
  text: (text) => JSON.stringify({ type: 'Speak', text: text.endsWith(' ') ? text : `${text} ` }),
  flush: () => '{"type":"Flush"}',
  goodbye: '{"type":"Close"}',
  receive(message, speech) {
    switch (message.type) {
      case 'Metadata':
        return speech.requestId(textOf(message.request_id));
      case 'Flushed':
        return speech.flushed();
      case 'Warning':
        return logger()?.warn({ code: message.code }, 'Deepgram warns about a message');
    }
  },
};
