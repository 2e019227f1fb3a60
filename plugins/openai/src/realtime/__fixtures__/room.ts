import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';
import { HandedMicrophone } from '../../__fixtures__/room.ts';
import type { ClientEvent } from '../api-proto.ts';
import { RealtimeModel } from '../realtime-model.ts';
import type { RealtimeSession } from '../realtime-session.ts';

/** A caller's microphone: says what it is told to, then is silent for as long as a voice detector needs. */
export class Microphone extends HandedMicrophone {
  async say(text: string): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    const all = new Int16Array(samples.length + 24_000 * 1.2);
    all.set(samples, 24_000 * 0.2);
    // Views of one memory, as some transports hand them over.
    for (let at = 0; at < all.length; at += 480) {
      const view = all.subarray(at, at + 480);
      this.push(new AudioFrame(view, 24_000, 1, view.length));
    }
  }
}

/** Remembers what its sessions said to the service. */
export class ObservedModel extends RealtimeModel {
  readonly spoken: ClientEvent[] = [];

  override session(): RealtimeSession {
    const session = super.session();
    session.on('openai_client_event_queued', (event: ClientEvent) => this.spoken.push(event));
    return session;
  }
}
