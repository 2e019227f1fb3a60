import type { HttpHandler } from '../handlers.ts';
import { memoryOf } from '../responses/memory.ts';
import { prepareResponse, runResponse } from '../responses/run.ts';
import { readJson } from './body.ts';
import { invalidRequest, serviceErrorOf } from './errors.ts';
import { objectOf } from './json.ts';
import type { JsonObject } from './json.ts';
import { goneSignal, replyEvents, replyJson } from './reply.ts';

/** `POST /v1/responses`, whole or streamed, and `GET`/`DELETE /v1/responses/{id}`. https://developers.openai.com/api/reference/resources/responses */
export const serveResponsesOverHttp: HttpHandler = async (request, response, url, cloud) => {
  const memory = memoryOf(cloud);
  const id = /^\/v1\/responses\/([^/]+)$/.exec(url.pathname)?.[1];
  if (id && (request.method === 'GET' || request.method === 'DELETE')) {
    const remembered = memory.get(id);
    if (!remembered) throw invalidRequest(`Response with id '${id}' not found.`, { status: 404 });
    if (request.method === 'DELETE') memory.delete(id);
    replyJson(
      response,
      cloud,
      request.method === 'GET' ? remembered.object : { id, object: 'response', deleted: true },
    );
    return true;
  }
  if (url.pathname !== '/v1/responses' || request.method !== 'POST') return false;

  const body = await readJson(request);
  const prepared = prepareResponse(cloud, body, (previous) => memory.get(previous));
  const events = runResponse(prepared, cloud, goneSignal(response), (remembered) => {
    if (prepared.stored) memory.put(remembered);
  });
  if (body.stream === true) {
    const stream = replyEvents(response, cloud);
    for await (const event of events) await stream.send(event, String(event.type));
    if (!response.destroyed) stream.end();
    return true;
  }
  let last: JsonObject | undefined;
  for await (const event of events) last = event;
  if (last?.type === 'error') throw serviceErrorOf(new Error(String(last.message)));
  if (last && !response.destroyed) replyJson(response, cloud, objectOf(last.response));
  return true;
};
