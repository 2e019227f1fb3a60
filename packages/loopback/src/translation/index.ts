import type { RawData } from 'ws';
import type { Cloud } from '../cloud.ts';
import type { SocketHandler } from '../handlers.ts';
import { invalidRequest } from '../http/errors.ts';
import { Channel } from '../realtime/channel.ts';
import type { TranslationEvent, TranslationSettings } from './events.ts';
import { TranslationSession } from './session.ts';
import { isTranslationModel, translationDefaults } from './settings.ts';

/** As on a conversation's socket: nobody has documented how this one is refused. */
const CLOSE_INVALID_REQUEST = 4000;

/** Serves one translation socket. https://developers.openai.com/api/docs/guides/realtime-translation */
export const serveTranslation: SocketHandler = (socket, _request, url, cloud) => {
  const channel = new Channel<TranslationEvent>(socket, cloud);
  try {
    const session = new TranslationSession(channel, settingsFor(url, cloud), cloud);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      session.receive(isBinary ? undefined : (data as Buffer).toString('utf8'));
    });
    socket.on('close', () => session.close());
  } catch (error) {
    channel.fail(error as Error, CLOSE_INVALID_REQUEST);
  }
};

/** "The WebSocket URL requires a model query parameter", and the model is the only thing it may say. */
function settingsFor(url: URL, cloud: Cloud): TranslationSettings {
  const model = url.searchParams.get('model');
  if (!model) {
    throw invalidRequest(
      'You must provide a model parameter, for example wss://api.openai.com/v1/realtime/translations?model=gpt-realtime-translate',
      { code: 'missing_model' },
    );
  }
  if (!isTranslationModel(model)) {
    throw invalidRequest(`Model "${model}" is not supported in translation mode.`, { code: 'invalid_model' });
  }
  if (url.searchParams.has('intent')) {
    throw invalidRequest("Unknown parameter: 'intent'.", { code: 'unknown_parameter', param: 'intent' });
  }
  const expiresAt = Math.floor((cloud.clock.wallClock() + cloud.sessionMs) / 1_000);
  return translationDefaults(cloud.id('sess_'), model, expiresAt);
}
