import type { Cloud, DeepgramAccount } from '../../cloud.ts';
import type { SocketHandler } from '../../handlers.ts';
import { Line } from '../../line.ts';
import type { Query } from '../query.ts';
import type { NovaComplaint, NovaEvent } from './events.ts';
import { NovaSession } from './session.ts';
import { readNovaSettings } from './settings.ts';

/** `/v1/listen`. Throws for a query that it does not understand, before there is a socket. */
export function openNova(query: Query, requestId: string, cloud: Cloud, account: DeepgramAccount): SocketHandler {
  const settings = readNovaSettings(query, account);
  return (socket) => {
    const line = new Line<NovaEvent | NovaComplaint>(socket, cloud);
    line.attach(new NovaSession(line, settings, requestId, cloud));
  };
}
