import { once } from 'node:events';
import { normalizeLanguage, stt } from '@livekit/agents';
import { WebSocket } from 'ws';
import { Chunks } from './chunks.ts';
import { chunkMs, dialects, type Dialect } from './dialects.ts';
import type { OpenEar } from './ear.ts';
import { listen } from './listen.ts';

/** The least that makes a plugin of LiveKit's: its base classes, and the same socket by hand. */
class FloorSTT extends stt.STT {
  label = 'floor.STT';
  readonly dialect: Dialect;
  readonly url: string;

  constructor(dialect: Dialect, url: string) {
    super({ streaming: true, interimResults: true });
    this.dialect = dialect;
    this.url = url;
  }

  override stream(): FloorStream {
    return new FloorStream(this);
  }

  protected override _recognize(): Promise<stt.SpeechEvent> {
    throw new Error('it streams');
  }
}

class FloorStream extends stt.SpeechStream {
  label = 'floor.SpeechStream';
  readonly #dialect: Dialect;
  readonly #url: string;

  constructor(model: FloorSTT) {
    super(model);
    this.#dialect = model.dialect;
    this.#url = model.url;
  }

  protected override async run(): Promise<void> {
    const dialect = this.#dialect;
    const socket = new WebSocket(this.#url + dialect.path, { perMessageDeflate: false });
    socket.on('message', (data) =>
      dialect.read((data as Buffer).toString(), {
        interim: (text) => this.#tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, text),
        final: (text) => this.#tell(stt.SpeechEventType.FINAL_TRANSCRIPT, text),
      }),
    );
    await once(socket, 'open');
    if (dialect.open !== undefined) socket.send(dialect.open);
    const chunks = new Chunks((dialect.sampleRate * chunkMs) / 500, (bytes) => socket.send(dialect.audio(bytes)));
    for await (const frame of this.input) if (typeof frame !== 'symbol') chunks.push(frame);
  }

  #tell(type: stt.SpeechEventType, text: string): void {
    const language = normalizeLanguage('en');
    this.queue.put({ type, alternatives: [{ text, language, startTime: 0, endTime: 0, confidence: 0 }] });
  }
}

export const open: OpenEar = async (provider, url, heard) => listen(new FloorSTT(dialects[provider], url), heard);
