import type { Cloud, DeepgramAccount } from '../../cloud.ts';
import type { SocketHandler } from '../../handlers.ts';
import { Line } from '../../line.ts';
import type { Query } from '../query.ts';
import { FluxSession } from './session.ts';
import type { Sent } from './session.ts';
import { readFluxSettings } from './settings.ts';

/** `/v2/listen`. Throws for a query that it does not understand, before there is a socket. */
export function openFlux(query: Query, requestId: string, cloud: Cloud, account: DeepgramAccount): SocketHandler {
  const settings = readFluxSettings(query, account);
  return (socket) => {
    const line = new Line<Sent>(socket, cloud);
    line.attach(new FluxSession(line, settings, requestId, cloud));
  };
}
