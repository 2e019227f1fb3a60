import { once } from 'node:events';
import { createTimedString, normalizeLanguage, stt } from '@livekit/agents';
import { WebSocket } from 'ws';
import { Chunks } from './chunks.ts';
import { chunkMs, dialects, type Dialect } from './dialects.ts';
import type { OpenEar, Word } from './ear.ts';
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
  #speaking = false;

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
        interim: (text, words) => this.#tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, text, words),
        final: (text, words) => {
          this.#tell(stt.SpeechEventType.FINAL_TRANSCRIPT, text, words);
          this.#speaking = false;
          this.queue.put({ type: stt.SpeechEventType.END_OF_SPEECH });
        },
      }),
    );
    await once(socket, 'open');
    if (dialect.open !== undefined) socket.send(dialect.open);
    const chunks = new Chunks((dialect.sampleRate * chunkMs) / 500, (bytes) => socket.send(dialect.audio(bytes)));
    for await (const frame of this.input) if (typeof frame !== 'symbol') chunks.push(frame);
  }

  #tell(type: stt.SpeechEventType, text: string, told: readonly Word[]): void {
    if (!this.#speaking) this.queue.put({ type: stt.SpeechEventType.START_OF_SPEECH });
    this.#speaking = true;
    const [language, words] = [normalizeLanguage('en'), told.map(createTimedString)];
    const [startTime, endTime] = [told[0]?.startTime ?? 0, told.at(-1)?.endTime ?? 0];
    this.queue.put({ type, alternatives: [{ text, language, startTime, endTime, confidence: 1, words }] });
  }
}

export const open: OpenEar = async (provider, url, heard) => listen(new FloorSTT(dialects[provider], url), heard);
