import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import type { SocketHandler } from '../handlers.ts';
import { invalidRequest } from '../http/errors.ts';
import { protocolsOf, unauthorized } from '../keys.ts';
import { isTranslationModel } from '../translation/settings.ts';
import { Channel } from './channel.ts';
import type { SessionSettings } from './events.ts';
import { RealtimeSession } from './session.ts';
import { isTranscriptionModel, realtimeDefaults, transcriptionDefaults } from './settings.ts';

/** A close code for what the URL or a header asked for and the service does not do. As observed. */
const CLOSE_INVALID_REQUEST = 4000;
/** A close code for a key that is not known. As observed. */
const CLOSE_UNAUTHORIZED = 3000;

/** Serves one Realtime socket. https://developers.openai.com/api/docs/guides/realtime-websocket */
export const serveRealtime: SocketHandler = (socket, request, url, cloud) => {
  const channel = new Channel(socket, cloud);
  try {
    refuseBeta(request);
    const { settings, misdirected } = settingsFor(url, cloud);
    serve(socket, new RealtimeSession(channel, settings, cloud, { misdirected }));
  } catch (error) {
    channel.fail(error as Error, CLOSE_INVALID_REQUEST);
  }
};

/** Answers a wrong key as the service does: the upgrade succeeds, then an error event and a close say why it was in vain. */
export const refuseRealtime: SocketHandler = (socket, request, _url, cloud) => {
  new Channel(socket, cloud).fail(unauthorized(request), CLOSE_UNAUTHORIZED);
};

function serve(socket: WebSocket, session: RealtimeSession): void {
  socket.on('message', (data: RawData, isBinary: boolean) => {
    session.receive(isBinary ? undefined : (data as Buffer).toString('utf8'));
  });
  socket.on('close', () => session.close());
}

/** The beta API ended on 2026-05-12; whoever still asks for it is told so. */
function refuseBeta(request: IncomingMessage): void {
  const header = request.headers['openai-beta'];
  const asked =
    String(header ?? '').includes('realtime=v1') || protocolsOf(request).includes('openai-beta.realtime-v1');
  if (!asked) return;
  throw invalidRequest('The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.', {
    code: 'beta_api_shape_disabled',
  });
}

/**
 * The session a URL asks for. A model makes it a conversation whatever the intent says, which a transcription learns
 * from its first update (livekit/agents-js#1756).
 */
function settingsFor(url: URL, cloud: Cloud): { settings: SessionSettings; misdirected: boolean } {
  const expiresAt = Math.floor((cloud.clock.wallClock() + cloud.sessionMs) / 1_000);
  const id = cloud.id('sess_');
  const model = url.searchParams.get('model');
  const isTranscription = url.searchParams.get('intent') === 'transcription';
  if (model) {
    if (!isTranscription && isTranscriptionModel(model)) {
      throw invalidRequest(
        `Model ${model} is a transcription model and cannot be used as the realtime session model. ` +
          'Pass this transcription model as audio.input.transcription.model instead.',
        { code: 'invalid_model' },
      );
    }
    if (isTranslationModel(model)) {
      throw invalidRequest(`Model "${model}" is not supported in realtime mode.`, { code: 'invalid_model' });
    }
    return { settings: realtimeDefaults(id, model, expiresAt), misdirected: isTranscription };
  }
  if (isTranscription) return { settings: transcriptionDefaults(id, expiresAt), misdirected: false };
  throw invalidRequest(
    'You must provide a model parameter, for example wss://api.openai.com/v1/realtime?model=gpt-realtime',
    { code: 'missing_model' },
  );
}
