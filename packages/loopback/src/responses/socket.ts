import type { WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import type { SocketHandler } from '../handlers.ts';
import { invalidRequest, serviceErrorOf } from '../http/errors.ts';
import type { ServiceError } from '../http/errors.ts';
import { arrayOf, objectOf, parseObject, shown, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { memoryOf } from './memory.ts';
import type { RememberedResponse } from './memory.ts';
import { prepareResponse, runResponse } from './run.ts';
import { acceptSteer, SteerQueue, steerPending } from './steer.ts';

/** Named lanes that one socket may have. https://developers.openai.com/api/docs/guides/websocket-mode */
const MAX_LANES = 32;

/** Serves one Responses socket. https://developers.openai.com/api/docs/guides/websocket-mode */
export const serveResponses: SocketHandler = (socket, _request, _url, cloud) => {
  new ResponsesSocket(socket, cloud).open();
};

/**
 * One socket: responses run one after the other, those with a `stream_id` one after the other within their lane.
 * The latest response of each lane is kept for the socket's life, even with `store: false`.
 */
class ResponsesSocket {
  readonly #socket: WebSocket;
  readonly #cloud: Cloud;
  readonly #gone = new AbortController();
  readonly #latest = new Map<string, RememberedResponse>();
  /** What may be added to the response that each lane makes. */
  readonly #steering = new Map<string, SteerQueue>();
  /** What was added to a response that ended with calls, by its id. */
  readonly #waiting = new Map<string, JsonObject[]>();
  readonly #finished = new Set<string>();
  /** The end of each lane's queue. */
  readonly #lanes = new Map<string, Promise<void>>();
  #running = 0;
  #expired = false;

  constructor(socket: WebSocket, cloud: Cloud) {
    this.#socket = socket;
    this.#cloud = cloud;
  }

  open(): void {
    const limit = this.#cloud.clock.setTimer(() => this.#expire(), this.#cloud.sessionMs);
    this.#socket.on('message', (data, isBinary) => this.#receive(isBinary ? '' : (data as Buffer).toString('utf8')));
    this.#socket.on('error', () => {}); // `close` follows and says all there is to say
    this.#socket.on('close', () => {
      limit.cancel();
      this.#gone.abort();
    });
  }

  #receive(text: string): void {
    const frame = parseObject(text);
    try {
      this.#dispatch(frame);
    } catch (error) {
      this.#refuse(error, stringOf(frame?.stream_id));
    }
  }

  #dispatch(frame: JsonObject | undefined): void {
    if (!frame) {
      return this.#refuse(
        invalidRequest('The message could not be parsed as a JSON object.', { code: 'invalid_json' }),
      );
    }
    const stream = stringOf(frame.stream_id);
    switch (frame.type) {
      case 'response.create':
        return this.#enqueue(stream ?? '', frame);
      case 'response.steer':
        return this.#steer(frame);
      default:
        return this.#refuse(
          invalidRequest(
            `Invalid value: '${shown(frame.type)}'. Supported values are: 'response.create' and 'response.steer'.`,
            { code: 'invalid_value', param: 'type' },
          ),
          stream,
        );
    }
  }

  #enqueue(lane: string, frame: JsonObject): void {
    if (this.#expired) return this.#refuse(this.#limitReached(), lane);
    const before = this.#lanes.get(lane);
    const named = this.#lanes.size - (this.#lanes.has('') ? 1 : 0);
    if (!before && lane !== '' && named >= MAX_LANES) {
      const message = `Responses websocket stream limit reached (${MAX_LANES} streams).`;
      return this.#refuse(
        invalidRequest(message, { code: 'websocket_stream_limit_reached', param: 'stream_id' }),
        lane,
      );
    }
    this.#running += 1;
    const turn = (before ?? Promise.resolve()).then(() => this.#run(lane, frame));
    this.#lanes.set(
      lane,
      turn.finally(() => {
        this.#running -= 1;
        if (this.#expired && this.#running === 0) this.#sayExpired();
      }),
    );
  }

  async #run(lane: string, frame: JsonObject): Promise<void> {
    if (this.#gone.signal.aborted) return;
    // Both ways of writing it are in use: the fields beside `type`, or under `response`.
    const body = { ...frame, ...(typeof frame.response === 'object' ? frame.response : {}) } as JsonObject;
    try {
      for (let next: JsonObject | undefined = this.#withWaiting(body); next;) next = await this.#respond(lane, next);
    } catch (error) {
      // A turn that was refused takes the state it wanted to build on with it.
      this.#forget(body);
      this.#refuse(error, lane);
    } finally {
      this.#steering.delete(lane);
    }
  }

  /** Makes one response; the request of the next one if something was added to this one meanwhile. */
  async #respond(lane: string, body: JsonObject): Promise<JsonObject | undefined> {
    const memory = memoryOf(this.#cloud);
    const prepared = prepareResponse(this.#cloud, body, (id) => this.#recall(id) ?? memory.get(id));
    const queue = new SteerQueue(prepared.model);
    this.#steering.set(lane, queue);
    const remember = (response: RememberedResponse): void => {
      this.#latest.set(lane, response);
      if (prepared.stored) memory.put(response);
    };
    let last: JsonObject = {};
    for await (const event of runResponse(prepared, this.#cloud, this.#gone.signal, remember, queue)) {
      last = event;
      queue.target ||= stringOf(objectOf(event.response).id) ?? '';
      this.#send(event, lane);
      if (event.type === 'response.failed' || event.type === 'error') this.#forget(body);
    }
    this.#finished.add(queue.target);
    const steered = queue.take();
    if (steered.length === 0) return undefined;
    const output = arrayOf(objectOf(last.response).output).map(objectOf);
    const input = steered.flatMap((each) => each.input);
    if (output.some((item) => item.type === 'function_call')) {
      for (const each of steered) this.#send(steerPending(each, output), lane);
      this.#waiting.set(queue.target, input);
      return undefined;
    }
    return { ...body, previous_response_id: queue.target, input };
  }

  /** What waited for the results of calls goes before them. */
  #withWaiting(body: JsonObject): JsonObject {
    const previous = stringOf(body.previous_response_id) ?? '';
    const waiting = this.#waiting.get(previous);
    if (!waiting) return body;
    this.#waiting.delete(previous);
    return { ...body, input: [...waiting, ...arrayOf(body.input)] };
  }

  #steer(frame: JsonObject): void {
    const target = stringOf(frame.previous_response_id) ?? '';
    const [lane, queue] = [...this.#steering].find(([, each]) => each.target === target) ?? [];
    const isOver = this.#finished.has(target);
    this.#send(acceptSteer(this.#cloud, frame, { queue: isOver ? undefined : queue, isOver }), lane);
  }

  #recall(id: string): RememberedResponse | undefined {
    for (const response of this.#latest.values()) if (response.id === id) return response;
    return undefined;
  }

  #forget(body: JsonObject): void {
    for (const [lane, response] of this.#latest) {
      if (response.id === body.previous_response_id) this.#latest.delete(lane);
    }
  }

  /** A protocol error: an HTTP status beside the `error` object of HTTP bodies. */
  #refuse(error: unknown, lane?: string): void {
    const failure = serviceErrorOf(error);
    this.#cloud.tell('error', 'frame-refused', { code: failure.code, message: failure.message });
    this.#send({ type: 'error', status: failure.status, error: failure.body }, lane);
  }

  /** An hour is over: what runs may end, nothing new begins. */
  #expire(): void {
    this.#expired = true;
    if (this.#running === 0) this.#sayExpired();
  }

  #sayExpired(): void {
    this.#refuse(this.#limitReached());
    this.#socket.close(1001, 'connection limit reached');
  }

  #limitReached(): ServiceError {
    const minutes = Math.round(this.#cloud.sessionMs / 60_000);
    return invalidRequest(
      `Responses websocket connection limit reached (${minutes} minutes). Create a new websocket connection to continue.`,
      { code: 'websocket_connection_limit_reached' },
    );
  }

  #send(event: JsonObject, lane = ''): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(lane ? { ...event, stream_id: lane } : event));
  }
}
