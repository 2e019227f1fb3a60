import type { WebSocket } from 'ws';
import { isObject, objectOf, parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import { Relay, truncate } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { decodeSocketId, encodeSocketId } from './identifiers.ts';
import { failed, refused } from './realtime.ts';
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
  if (!deployment) return refuse(client, 1011, unknownModel(asked));

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
    refused,
    failed,
    // However the provider ends, also in the middle of a response: no event, no close, and pings are answered.
    closed() {
      lost = true;
    },
  });
  const query = deployment.azure ? '' : `?${new URLSearchParams({ model: deployment.model }).toString()}`;
  relay.dial({ path: '/v1/responses', query, headers: upstreamHeaders(arrival.request, gateway) });
  relay.sendUp(rewriteUp(first, deployment.model));
}

function unknownModel(alias: string): string {
  const message = `Invalid model name passed in model=${alias}. Call \`/v1/models\` to view available models for your key.`;
  return `400: {'error': '/responses: ${message}'}`;
}

function refuse(client: WebSocket, code: number, message: string): void {
  client.send(JSON.stringify({ type: 'error', status: 400, error: { type: 'invalid_request_error', message } }));
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
