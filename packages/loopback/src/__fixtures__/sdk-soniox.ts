import { SonioxNodeClient } from '@soniox/node';
import type { RealtimeError, RealtimeResult, RealtimeSttSession, RealtimeTtsStream, TtsTimestamps } from '@soniox/node';

/** The official SDK on everything that loopback serves of Soniox. */
export function sonioxClient(origin: string, apiKey = 'key-of-the-test'): SonioxNodeClient {
  const sockets = origin.replace(/^http/, 'ws');
  return new SonioxNodeClient({
    api_key: apiKey,
    base_url: origin,
    tts_api_url: origin,
    realtime: { ws_base_url: `${sockets}/transcribe-websocket`, tts_ws_url: `${sockets}/tts-websocket` },
  });
}

type SttConfig = Parameters<SonioxNodeClient['realtime']['stt']>[0];

/** A transcription by the official SDK, and everything it received. */
export class SdkTranscription {
  readonly session: RealtimeSttSession;
  readonly results: RealtimeResult[] = [];
  /** `endpoint`, `finalized`, `finished`, `disconnected` and the classes of errors, in order. */
  readonly order: string[] = [];
  readonly errors: RealtimeError[] = [];
  /** Resolves when the session is over, whatever its end. */
  readonly over: Promise<void>;

  constructor(session: RealtimeSttSession) {
    this.session = session;
    session.on('result', (result) => this.results.push(result));
    for (const event of ['endpoint', 'finalized', 'finished', 'disconnected'] as const) {
      session.on(event, () => this.order.push(event));
    }
    session.on('error', (error) => {
      this.order.push(error.name);
      this.errors.push(error as RealtimeError);
    });
    this.over = new Promise((resolve) => {
      session.on('state_change', ({ new_state }) => {
        if (/^(?:closed|error|finished|canceled)$/.test(new_state)) resolve();
      });
    });
  }

  /** What is final, as the SDK joins it. */
  get text(): string {
    return this.results
      .flatMap(({ tokens }) => tokens)
      .filter((token) => token.is_final && token.translation_status !== 'translation')
      .map(({ text }) => text)
      .join('');
  }

  /** As it came over the wire, markers and all. */
  get wire(): { tokens: { text: string; is_final: boolean }[] }[] {
    return this.results.map((result) => (result as RealtimeResult & { raw: never }).raw);
  }

  static async open(client: SonioxNodeClient, config: SttConfig): Promise<SdkTranscription> {
    const transcription = new SdkTranscription(client.realtime.stt(config));
    await transcription.session.connect();
    return transcription;
  }
}

/** A stream of speech by the official SDK, and everything it received. */
export class SdkSpeech {
  readonly stream: RealtimeTtsStream;
  readonly chunks: Buffer[] = [];
  readonly timestamps: TtsTimestamps[] = [];
  /** `audio` (once for all in a row), `audioEnd`, `terminated` and the classes of errors, in order. */
  readonly order: string[] = [];
  readonly errors: RealtimeError[] = [];
  readonly terminated: Promise<void>;
  readonly failed: Promise<RealtimeError>;

  constructor(stream: RealtimeTtsStream) {
    this.stream = stream;
    stream.on('audio', (chunk, timestamps) => {
      if (this.order.at(-1) !== 'audio') this.order.push('audio');
      this.chunks.push(Buffer.from(chunk));
      if (timestamps) this.timestamps.push(timestamps);
    });
    stream.on('audioEnd', () => this.order.push('audioEnd'));
    this.terminated = new Promise((resolve) => {
      stream.on('terminated', () => {
        this.order.push('terminated');
        resolve();
      });
    });
    this.failed = new Promise((resolve) => {
      stream.on('error', (error) => {
        this.order.push(error.name);
        this.errors.push(error);
        resolve(error);
      });
    });
  }

  get audio(): Buffer {
    return Buffer.concat(this.chunks);
  }
}
