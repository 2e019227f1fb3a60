import type { RawData, WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import type { SocketHandler } from '../handlers.ts';
import { invalidRequest, missingParameter, serviceErrorOf } from '../http/errors.ts';
import { objectOf, parseObject, shown, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { check, unsupportedValue } from '../realtime/schema.ts';
import { Channel } from './channel.ts';
import { clientEvents, primaryOnly } from './rules.ts';
import { LiveSession } from './session.ts';
import type { Snapshot } from './session.ts';
import { forkSettings, startSettings } from './settings.ts';

/** Two hours: aplisay/llm-agent#306. */
const LIFE_MS = 7_200_000;
/** What a refused start does to its socket is not documented; the Realtime API closes like this. */
const CLOSE_INVALID_REQUEST = 4000;
const MAX_STORED = 100;

/** The sessions of a cloud: those that run, and those that were told to be kept. */
interface Sessions {
  running: Map<string, LiveSession>;
  stored: Map<string, Snapshot>;
}

const clouds = new WeakMap<Cloud, Sessions>();

function sessionsOf(cloud: Cloud): Sessions {
  let sessions = clouds.get(cloud);
  if (!sessions) clouds.set(cloud, (sessions = { running: new Map(), stored: new Map() }));
  return sessions;
}

/** Serves a Live session. https://developers.openai.com/api/docs/guides/voice-websockets?api=live */
export const serveLive: SocketHandler = (socket, _request, _url, cloud) => {
  servePrimary(socket, cloud, (session, id, expiresAt) => {
    const settings = startSettings(session, id, expiresAt);
    const turns = settings.input.map(({ role, content }) => ({ role, text: content[0]!.text }));
    return { settings, turns };
  });
};

/** What `/v1/live/sessions/{id}/attach` and `…/fork` serve; `undefined` for a session that nobody knows. */
export function liveSocket(path: string, cloud: Cloud): SocketHandler | undefined {
  const [, id = '', verb] = /^\/v1\/live\/sessions\/([^/]+)\/(attach|fork)$/.exec(path) ?? [];
  const { running, stored } = sessionsOf(cloud);
  const session = running.get(id);
  if (verb === 'attach') return session && ((socket) => serveSideband(socket, cloud, session));
  const origin = session?.snapshot ?? stored.get(id);
  if (verb !== 'fork' || !origin?.settings.store) return undefined;
  return (socket) =>
    servePrimary(socket, cloud, (overrides, forkId, expiresAt) => ({
      settings: forkSettings(origin.settings, overrides, forkId, expiresAt),
      turns: origin.turns,
    }));
}

type Prepare = (session: JsonObject, id: string, expiresAt: number) => Snapshot;

function servePrimary(socket: WebSocket, cloud: Cloud, prepare: Prepare): void {
  const channel = new Channel(socket, cloud);
  const lifeMs = cloud.options.sessionMs ?? LIFE_MS;
  let session: LiveSession | undefined;
  const start = (event: JsonObject): void => {
    const id = cloud.id('live_');
    const expiresAt = Math.floor((cloud.clock.wallClock() + lifeMs) / 1_000);
    const { running, stored } = sessionsOf(cloud);
    try {
      const snapshot = prepare(objectOf(event.session), id, expiresAt);
      const started = new LiveSession(cloud, channel, snapshot, lifeMs, () => {
        running.delete(id);
        if (started.snapshot.settings.store) keep(stored, id, started.snapshot);
      });
      session = started;
      running.set(id, started);
      started.start(stringOf(event.event_id));
    } catch (error) {
      const { type, code } = serviceErrorOf(error);
      channel.complain(error, stringOf(event.event_id));
      channel.close(CLOSE_INVALID_REQUEST, `${type}.${code}`);
    }
  };
  socket.on('message', (data: RawData, isBinary: boolean) => {
    receive(channel, isBinary ? undefined : (data as Buffer).toString('utf8'), (event) => {
      if (session) return session.receive(event);
      if (event.type === 'session.start') return start(event);
      // The code is a guess; the guide says to wait.
      throw invalidRequest('Send session.start and wait for session.started first.', { code: 'session_not_started' });
    });
  });
  socket.on('close', () => session?.close());
}

function serveSideband(socket: WebSocket, cloud: Cloud, session: LiveSession): void {
  const channel = new Channel(socket, cloud);
  const detach = session.attach(channel);
  socket.on('message', (data: RawData, isBinary: boolean) => {
    receive(channel, isBinary ? undefined : (data as Buffer).toString('utf8'), (event) => {
      if (!primaryOnly.has(shown(event.type))) return session.receive(event);
      throw invalidRequest(`The '${shown(event.type)}' event belongs to the primary connection.`, {
        code: 'invalid_value',
        param: 'type',
      });
    });
  });
  socket.on('close', detach);
}

/** Reads a frame and hands it on; what is wrong with it is told to whoever sent it. */
function receive(channel: Channel, data: string | undefined, handle: (event: JsonObject) => void): void {
  const event = data === undefined ? undefined : parseObject(data);
  try {
    if (!event) {
      const message = 'Invalid event: expected a text message with a JSON object.';
      throw invalidRequest(message, { code: data === undefined ? 'invalid_event' : 'invalid_json' });
    }
    const { type } = event;
    if (typeof type !== 'string') throw missingParameter('type');
    if (!Object.hasOwn(clientEvents, type)) throw unsupportedValue(type, Object.keys(clientEvents), 'type');
    check(event, clientEvents[type]!, '');
    handle(event);
  } catch (error) {
    channel.complain(error, stringOf(event?.event_id));
  }
}

function keep(stored: Map<string, Snapshot>, id: string, snapshot: Snapshot): void {
  stored.set(id, snapshot);
  for (const oldest of stored.keys()) {
    if (stored.size <= MAX_STORED) break;
    stored.delete(oldest);
  }
}
