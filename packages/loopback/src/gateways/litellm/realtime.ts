import { objectOf, parseObject } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import { acceptThenDial, truncate } from '../relay.ts';
import type { Relay, RelayRules } from '../relay.ts';
import { withTranscriptionModel } from '../transcription-model.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { generallyAvailable } from './beta.ts';
import { deploymentOf, HEARTBEAT, lastOf, TRANSCRIPTION_ALIAS, upstreamHeaders } from './settings.ts';

/** An upgrade that the provider never answers is given up after this. */
const DIAL_MS = 10_000;

/** How frames and ends pass on the sockets of sessions. */
export const sessionRules: RelayRules = {
  dialMs: DIAL_MS,
  heartbeat: HEARTBEAT,
  endUpWith: 1000,
  binary: (relay) => relay.end(1006),
  refused,
  failed,
  closed(code, reason, relay) {
    const said = code === 1006 ? 'no close frame received or sent' : reason;
    const message = `upstream websocket closed with code ${code}${said && `: ${said}`}`;
    if (code !== 1000) sendError(relay, message);
    relay.end(code === 1005 || code === 1006 ? 1011 : code, said || message);
  },
};

/** The provider refused the upgrade; on the sockets of Responses it is told in the same words. */
export function refused(status: number, relay: Relay): void {
  const message = `Upstream realtime handshake rejected with HTTP ${status}`;
  sendError(relay, message);
  relay.end(status === 401 || status === 403 ? 1008 : status === 429 ? 1013 : 1011, message);
}

/** The provider could not be reached; likewise. A reset is told as its WebSocket client words it. */
export function failed(reason: string, relay: Relay): void {
  const told = /ECONNRESET|socket hang up/.test(reason) ? 'did not receive a valid HTTP response' : reason;
  relay.end(1011, `Internal server error: ${told}`);
}

/** Opens the client's socket at once and dials the provider's `path` with the model of the deployment. */
export function serveLiteLLMRealtime(
  arrival: Arrival,
  gateway: GatewayContext,
  { injects, path }: { injects: boolean; path: string },
): void {
  const asked = lastOf(arrival.parameters, 'model');
  const intent = lastOf(arrival.parameters, 'intent');
  const unnamed = !asked && intent === 'transcription';
  if (asked === undefined && !unnamed) return arrival.refuse(403);
  const alias = unnamed ? TRANSCRIPTION_ALIAS : (asked ?? '');
  const deployment = deploymentOf(alias, gateway);
  if (!deployment) return arrival.accept((client) => refuseAlias(alias, client));

  // Only these two go up. Beside an intent the model goes up too, unless it is Azure's: OpenAI then closes with 4000.
  const query = new URLSearchParams();
  if (!unnamed && !(deployment.azure && intent === 'transcription')) query.set('model', deployment.model);
  if (intent) query.set('intent', intent);
  const headers = upstreamHeaders(arrival.request, gateway);
  const rules: RelayRules = {
    ...sessionRules,
    up: (text) => rewriteUp(text, intent === 'transcription' ? deployment.model : undefined),
    down(text, relay) {
      const event = parseObject(text);
      if (injects && !intent && isTranscript(event)) relay.sendUp(JSON.stringify({ type: 'response.create' }));
      return event ? JSON.stringify(event) : text;
    },
  };
  const target = { path, query: `?${query.toString()}`, headers };
  acceptThenDial(arrival, gateway, target, rules);
}

/** Errors of LiteLLM's own have no `code` and no `event_id`. */
export function errorEvent(message: string): JsonObject {
  return { type: 'error', error: { type: 'server_error', message } };
}

function sendError(relay: Relay, message: string): void {
  relay.sendEvent(errorEvent(message));
}

/** Tells that the config has no such `model_name`, and ends the socket. */
export function refuseAlias(
  alias: string,
  client: { send(data: string): void; close(code: number, reason: string): void },
): void {
  const message = `Invalid model name passed in model=${alias}. Call \`/v1/models\` to view available models for your key.`;
  const told = `400: {'error': '_arealtime: ${message}'}`;
  client.send(JSON.stringify(errorEvent(told)));
  client.close(1011, truncate(told));
}

function isTranscript(event: JsonObject | undefined): boolean {
  return event?.type === 'conversation.item.input_audio_transcription.completed';
}

/** `session.update` is rewritten: flat beta fields nested, and the transcription model replaced by the authorised one. */
function rewriteUp(text: string, transcriptionModel: string | undefined): string {
  const event = parseObject(text);
  if (event?.type !== 'session.update') return text;
  const session = generallyAvailable(objectOf(event.session));
  if (transcriptionModel === undefined && session === event.session) return text;
  const authorised = transcriptionModel ? withTranscriptionModel(session, () => transcriptionModel) : session;
  return JSON.stringify({ ...event, session: authorised });
}
