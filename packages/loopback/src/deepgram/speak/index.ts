import type { Cloud, DeepgramAccount } from '../../cloud.ts';
import type { SocketHandler } from '../../handlers.ts';
import { Line } from '../../line.ts';
import type { Query } from '../query.ts';
import type { SpeakEvent, SpeakTurnEvent } from './events.ts';
import { SpeakSession } from './session.ts';
import { readFluxSpeakSettings, readSpeakSettings } from './settings.ts';
import { SpeakTurnSession } from './turn-session.ts';

/** `/v1/speak`. Throws for a query that it does not understand, before there is a socket. */
export function openSpeak(query: Query, requestId: string, cloud: Cloud, account: DeepgramAccount): SocketHandler {
  const settings = readSpeakSettings(query, account);
  return (socket) => {
    const line = new Line<SpeakEvent>(socket, cloud);
    line.attach(new SpeakSession(line, settings, requestId, cloud));
  };
}

/** `/v2/speak`, likewise. */
export function openFluxSpeak(query: Query, requestId: string, cloud: Cloud, account: DeepgramAccount): SocketHandler {
  const settings = readFluxSpeakSettings(query, account);
  return (socket) => {
    const line = new Line<SpeakTurnEvent>(socket, cloud);
    line.attach(new SpeakTurnSession(line, settings, requestId, cloud));
  };
}
