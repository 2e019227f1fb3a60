import type { WebSocket } from 'ws';
import { isObject, objectOf, parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import { Relay, truncate } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { decodeSocketId, encodeSocketId } from './identifiers.ts';
import { deploymentOf, lastOf, upstreamHeaders } from './settings.ts';

/** A socket that says nothing for this long is closed. */
const FIRST_FRAME_MS = 30_000;

/** `/v1/responses`: waits for the first frame, dials the provider for its model, and serves no other model from then on. */
export function serveLiteLLMResponses(arrival: Arrival, gateway: GatewayContext): void {
  arrival.accept((client) => {
    const limit = gateway.clock.setTimer(
      () => client.close(1008, 'Timed out waiting for first message'),
      FIRST_FRAME_MS,
    );
    client.once('close', () => limit.cancel());
    client.once('message', (data, isBinary) => {
      limit.cancel();
      if (isBinary) return client.terminate();
      begin(client, (data as Buffer).toString('utf8'), arrival, gateway);
    });
  });
}

function begin(client: WebSocket, first: string, arrival: Arrival, gateway: GatewayContext): void {
  const frame = parseObject(first);
  if (frame?.type !== 'response.create') {
    return refuse(client, 1008, 'First message must be a response.create event');
  }
  const asked =
    lastOf(arrival.parameters, 'model') ?? stringOf(frame.model) ?? stringOf(objectOf(frame.response).model);
  if (!asked) return refuse(client, 1008, 'No model provided');
  const deployment = deploymentOf(asked, gateway);
  if (!deployment) return refuse(client, 1011, `Invalid model name passed in model=${asked}`);

  let lost = false;
  const relay = new Relay(client, gateway, {
    endUpWith: 1000,
    binary: ({ client: socket }) => socket.terminate(),
    up(text) {
      // The provider is gone, and nobody has said so: the next frame finds a dead connection.
      if (lost) return void client.terminate();
      return rewriteUp(text, deployment.model);
    },
    down: rewriteDown,
    refused(status, { client: socket }) {
      refuse(
        socket,
        status === 401 || status === 403 ? 1008 : status === 429 ? 1013 : 1011,
        `Upstream responses handshake rejected with HTTP ${status}`,
        status,
      );
    },
    failed: (reason, { client: socket }) => refuse(socket, 1011, `Internal server error: ${reason}`, 500),
    // However the provider ends, also in the middle of a response: no event, no close, and pings are answered.
    closed() {
      lost = true;
    },
  });
  const query = deployment.azure ? '' : `?${new URLSearchParams({ model: deployment.model }).toString()}`;
  relay.dial({ path: '/v1/responses', query, headers: upstreamHeaders(arrival.request, gateway) });
  relay.sendUp(rewriteUp(first, deployment.model));
}

function refuse(client: WebSocket, code: number, message: string, status = 400): void {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  client.send(JSON.stringify({ type: 'error', status, error: { type, message } }));
  client.close(code, truncate(message));
}

/** Every frame's model is overwritten, and an id that this gateway made becomes the provider's again. */
function rewriteUp(text: string, model: string): string {
  const frame = parseObject(text);
  if (frame?.type !== 'response.create') return text;
  const nested = isObject(frame.response);
  const body: JsonObject = nested ? objectOf(frame.response) : frame;
  const previous = stringOf(body.previous_response_id);
  const rewritten = { ...body, model, ...(previous ? { previous_response_id: decodeSocketId(previous) } : {}) };
  return JSON.stringify(nested ? { ...frame, response: rewritten } : rewritten);
}

/** Ids of responses are rewritten; the one that is echoed in `previous_response_id` stays raw. */
function rewriteDown(text: string): string {
  const event = parseObject(text);
  const response = event && objectOf(event.response);
  const id = stringOf(response?.id);
  return event && id ? JSON.stringify({ ...event, response: { ...response, id: encodeSocketId(id) } }) : text;
}
