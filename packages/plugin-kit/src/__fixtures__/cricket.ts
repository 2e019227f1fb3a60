import { llm } from '@livekit/agents';
import type { Frame, Link } from '@patchbay/ws-session';
import { base64Of } from '../base64.ts';
import { DuplexModelBase } from '../duplex-model.ts';
import { DuplexSessionBase } from '../duplex-session.ts';
import type { DuplexSettings } from '../duplex-session.ts';
import { audioFrameOf } from '../realtime-audio.ts';
import { chatter } from './chatter.ts';

/** A model that chirps whether anybody listens or not: what the base of duplex sessions is tested on. */
export class Cricket extends DuplexModelBase {
  readonly #settings: Partial<DuplexSettings>;

  constructor(baseURL: string, settings: Partial<DuplexSettings> = {}) {
    super({ userTranscription: false, autoToolReplyGeneration: true }, chatter('live', baseURL));
    this.#settings = settings;
  }

  override label(): string {
    return 'cricket.Cricket';
  }

  override session(): CricketSession {
    return new CricketSession(this, { sampleRate: 8_000, ...this.#settings });
  }
}

/** The whole of a provider on the base: how a session starts, what a frame means, how audio and goodbye look. */
export class CricketSession extends DuplexSessionBase<{ chirp: (text: string) => void }> {
  #song = '';

  protected override opened(link: Link, { reconnected }: { reconnected: boolean }): void {
    link.send(JSON.stringify({ hello: reconnected ? 'again' : 'first', song: this.#song }));
  }

  protected override received(frame: Frame): boolean {
    const message = JSON.parse(frame as string) as Record<string, string>;
    if (message.welcome !== undefined) this.confirmed();
    if (message.pcm !== undefined) this.play({ frame: audioFrameOf(message.pcm, 8_000) });
    if (message.chirp !== undefined) this.emit('chirp', message.chirp);
    if (message.bye !== undefined) this.parted();
    return true;
  }

  protected override encodeAudio(bytes: Uint8Array): Frame {
    return `{"pcm":"${base64Of(bytes)}"}`;
  }

  protected override farewell(): Frame {
    return '{"bye":true}';
  }

  /** A command of the protocol. */
  pluck(string: string): boolean {
    return this.send(JSON.stringify({ pluck: string }));
  }

  get tools(): llm.ToolContext {
    return llm.ToolContext.empty();
  }

  override async _updateInstructions(instructions: string): Promise<void> {
    this.#song = instructions;
  }
  override async _appendItems(): Promise<void> {}
  override async _updateTools(): Promise<void> {}
  override _updateOptions(): void {}
}
