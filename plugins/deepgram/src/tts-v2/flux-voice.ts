import { logger, textOf, type TextToSpeechWire } from '@patchbay/plugin-kit';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import { failureOf } from '../failure.ts';
import type { FluxSpeakOptions } from './options.ts';

/** `/v2/speak`, which waits for whole sentences by itself. https://developers.deepgram.com/docs/flux-tts/state */
export const fluxVoice: TextToSpeechWire<FluxSpeakOptions> = {
  text: (text) => JSON.stringify({ type: 'Speak', text }),
  finish: () => ['{"type":"Flush"}'],
  cancel: () => ['{"type":"Interrupt"}'],
  farewell: '{"type":"Close"}',
  requestIdOf: ({ type, request_id: id }) => (type === 'Connected' ? textOf(id) : undefined),
  receive(message, turn, { connection }) {
    switch (message.type) {
      case 'SpeechStarted':
        return turn.requestId(textOf(message.speech_id));
      case 'SpeechMetadata':
        return turn.spoken();
      case 'SpeechInterrupted':
        return turn.isCancelled ? turn.over() : undefined;
      case 'Warning':
        return warn(textOf(message.code), turn.isCancelled, connection);
      case 'Error':
        throw failureOf(message);
    }
  },
};

/** An Interrupt that is ignored leaves a turn that nobody wants, which only the end of the socket stops. */
function warn(code: string, isCancelled: boolean, connection: Connection): void {
  if (isCancelled) throw new PatchbayError('provider-error', `Deepgram did not stop: ${code}`, { retryable: true });
  logger(connection)?.warn({ code }, 'Deepgram warns about a message');
}
