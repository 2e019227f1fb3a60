import { createHash } from 'node:crypto';
import type { Cloud } from '../../cloud.ts';
import { Deadline } from '../../deadline.ts';
import type { Line, LineEvents } from '../../line.ts';
import { mixed } from '../../speech/audio.ts';
import { AudioInput } from '../../speech/audio-input.ts';
import { NovaChannel } from './channel.ts';
import type { NovaComplaint, NovaEvent } from './events.ts';
import { readNovaMessage } from './messages.ts';
import type { NovaSettings } from './settings.ts';
import { modelsUsed } from './write.ts';

/** https://developers.deepgram.com/docs/audio-keep-alive */
const SILENT_CLIENT_MS = 10_000;
/** Words seen in many reports, such as https://github.com/deepgram/deepgram-python-sdk/issues/319 */
const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';
/** The code and its meaning are documented, the words are a guess in the style of the other. */
const DATA_0000 = 'Deepgram could not decode the payload as audio. See https://dpgr.am/data0000 (DATA-0000)';
const SLICES_PER_SECOND = 50;

/** One stream of `/v1/listen`. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
export class NovaSession implements LineEvents {
  readonly #line: Line<NovaEvent | NovaComplaint>;
  readonly #cloud: Cloud;
  readonly #settings: NovaSettings;
  readonly #requestId: string;
  readonly #input: AudioInput;
  readonly #digest = createHash('sha256');
  readonly #deadline: Deadline;
  readonly #created: string;
  #channels: NovaChannel[] = [];
  #heardAudio = false;
  #closing = false;

  constructor(line: Line<NovaEvent | NovaComplaint>, settings: NovaSettings, requestId: string, cloud: Cloud) {
    this.#line = line;
    this.#cloud = cloud;
    this.#settings = settings;
    this.#requestId = requestId;
    this.#input = new AudioInput(settings.format);
    this.#created = new Date(cloud.clock.wallClock()).toISOString();
    this.#deadline = new Deadline(cloud.clock, SILENT_CLIENT_MS, () => line.close(1011, NET_0001));
  }

  audio(bytes: Buffer): void {
    if (this.#closing) return;
    // An empty frame is the old way to close: https://github.com/deepgram/deepgram-python-sdk/pull/121
    if (bytes.length === 0) return this.#closeStream();
    this.#heardAudio = true;
    this.#deadline.restart();
    this.#digest.update(bytes);
    let channels: Int16Array[];
    try {
      channels = this.#input.push(bytes);
    } catch {
      return this.#line.close(1008, DATA_0000);
    }
    if (channels.length > 0) this.#line.enqueue(() => this.#hear(channels));
  }

  text(text: string): void {
    if (this.#closing) return;
    // "Using KeepAlive messages alone will not prevent closure; you must send at least one audio message."
    if (this.#heardAudio) this.#deadline.restart();
    const message = readNovaMessage(text, this.#settings.writing.model);
    switch (message.type) {
      case 'Error':
        return this.#line.send(message);
      case 'CloseStream':
        return this.#closeStream();
      case 'Finalize':
        return this.#line.enqueue(() => this.#finalize(message.channel));
    }
  }

  closed(): void {
    this.#deadline.cancel();
    for (const channel of this.#channels) channel.close();
  }

  async #hear(inputs: readonly Int16Array[]): Promise<void> {
    const { sampleRate } = this.#input.format!;
    const channels = this.#settings.multichannel ? inputs : [mixed(inputs)];
    if (this.#channels.length === 0) this.#open(channels.length, sampleRate);
    const size = Math.max(1, Math.round(sampleRate / SLICES_PER_SECOND));
    for (let start = 0; start < channels[0]!.length; start += size) {
      for (const [index, samples] of channels.entries()) {
        if (this.#line.gone.aborted) return;
        await this.#channels[index]!.take(samples.subarray(start, start + size));
      }
    }
  }

  #open(count: number, sampleRate: number): void {
    const context = {
      cloud: this.#cloud,
      settings: this.#settings,
      requestId: this.#requestId,
      send: (event: NovaEvent) => this.#line.send(event),
    };
    this.#channels = Array.from({ length: count }, (_, index) => new NovaChannel(context, sampleRate, [index, count]));
  }

  async #finalize(only: number | undefined): Promise<void> {
    for (const [index, channel] of this.#channels.entries()) {
      if (only === undefined || only === index) await channel.finalize();
    }
  }

  #closeStream(): void {
    this.#closing = true;
    this.#deadline.cancel();
    this.#line.enqueue(async () => {
      for (const channel of this.#channels) await channel.end();
      this.#line.send({
        type: 'Metadata',
        transaction_key: 'deprecated',
        request_id: this.#requestId,
        sha256: this.#digest.digest('hex'),
        created: this.#created,
        duration: this.#channels[0]?.seconds ?? 0,
        channels: this.#channels.length,
        ...modelsUsed(this.#settings.writing.model),
      });
      this.#line.close(1000);
    });
  }
}
