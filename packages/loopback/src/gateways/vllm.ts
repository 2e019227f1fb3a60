import { request as sendRequest } from 'node:http';
import type { WebSocket } from 'ws';
import { parseObject, shown, stringOf } from '../http/json.ts';
import { wavStreamHeader } from '../http/wav.ts';
import { collect, endToEnd, forward } from './forward.ts';
import { bearerOf } from './keys.ts';
import { replyJson } from './reply.ts';
import type { GatewayContext, GatewayRule } from './types.ts';

const SAMPLE_RATE = 16_000;
const HTTP_PATHS = /^\/v1\/(?:chat\/completions|responses|audio\/transcriptions|models)(?:\/|$)/;

/**
 * vLLM: HTTP, and a `/v1/realtime` that transcribes in a protocol of its own: no query, a top-level `model` in
 * `session.update`, a first commit that starts and a final one that ends, 16 kHz, errors as strings.
 * https://docs.vllm.ai/en/stable/serving/online_serving.html, huggingface/speech-to-speech#536
 */
export const vllm: GatewayRule = {
  name: 'vllm',
  base: '/v1',
  note: 'Chat, Responses and transcriptions over HTTP; its /v1/realtime is not OpenAI’s protocol.',
  upgrade(arrival, gateway) {
    if (arrival.path !== '/v1/realtime') return arrival.refuse(403);
    arrival.accept((client) => new Transcription(client, gateway).open());
  },
  http(call, gateway) {
    if (!gateway.accepts(bearerOf(call.request))) return replyJson(call.response, 401, { error: 'Unauthorized' });
    if (!HTTP_PATHS.test(call.path)) return replyJson(call.response, 404, { detail: 'Not Found' });
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    return forward(call, gateway, { path: call.path, headers });
  },
};

class Transcription {
  readonly #client: WebSocket;
  readonly #gateway: GatewayContext;
  #model: string | undefined;
  #audio: Buffer[] = [];

  constructor(client: WebSocket, gateway: GatewayContext) {
    this.#client = client;
    this.#gateway = gateway;
  }

  open(): void {
    this.#client.on('message', (data) => this.#receive((data as Buffer).toString('utf8')));
    this.#send({
      type: 'session.created',
      id: 'sess-loopback',
      created: Math.floor(this.#gateway.clock.wallClock() / 1000),
    });
  }

  #receive(text: string): void {
    const event = parseObject(text);
    switch (event?.type) {
      case 'session.update':
        this.#model = stringOf(event.model);
        if (!this.#model) this.#refuse('model is required', 'invalid_model');
        return;
      case 'input_audio_buffer.append':
        this.#audio.push(Buffer.from(stringOf(event.audio) ?? '', 'base64'));
        return;
      case 'input_audio_buffer.commit':
        if (!this.#model) this.#refuse('Model not validated. Send session.update first.', 'model_not_validated');
        else if (event.final === true) this.#transcribe(this.#model);
        return;
      default:
        this.#refuse(event ? `Unknown event type: ${shown(event.type)}` : 'Invalid JSON', 'invalid_event');
    }
  }

  #transcribe(model: string): void {
    const boundary = 'loopback-vllm';
    const part = (head: string): string => `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`;
    const body = Buffer.concat([
      Buffer.from(`${part('name="model"')}${model}\r\n${part('name="file"; filename="audio.wav"')}`),
      wavStreamHeader(SAMPLE_RATE),
      ...this.#audio.splice(0),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const headers = {
      authorization: `Bearer ${this.#gateway.upstreamKey}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    };
    const up = sendRequest(
      `${this.#gateway.upstream}/v1/audio/transcriptions`,
      { method: 'POST', headers },
      (answer) => {
        collect(answer).then(
          (bytes) => {
            const heard = stringOf(parseObject(bytes.toString('utf8'))?.text) ?? '';
            if (heard) this.#send({ type: 'transcription.delta', delta: heard });
            this.#send({ type: 'transcription.done', text: heard });
          },
          () => this.#refuse('Transcription failed', 'processing_error'),
        );
      },
    );
    up.on('error', () => this.#refuse('Transcription failed', 'processing_error'));
    up.end(body);
  }

  #refuse(error: string, code: string): void {
    this.#send({ type: 'error', error, code });
  }

  #send(event: Readonly<Record<string, unknown>>): void {
    if (this.#client.readyState === this.#client.OPEN) this.#client.send(JSON.stringify(event));
  }
}
