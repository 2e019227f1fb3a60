import type { Frame, LaneRules } from '@patchbay/plugin-kit';
import type { WsServerEvent } from './wire.ts';

/** A frame as an event, if it is one: an object with a type. */
export function eventOf(frame: Frame): (WsServerEvent & { stream_id?: unknown }) | undefined {
  if (typeof frame !== 'string') return undefined;
  let event: unknown;
  try {
    event = JSON.parse(frame);
  } catch {
    return undefined;
  }
  const isEvent = typeof event === 'object' && event !== null && typeof (event as { type?: unknown }).type === 'string';
  return isEvent ? (event as WsServerEvent) : undefined;
}

/** Reads a frame once for all who look at it, one after the other. */
export class FrameDecoder {
  #frame: Frame | undefined;
  #event: ReturnType<typeof eventOf>;

  decode(frame: Frame): ReturnType<typeof eventOf> {
    if (frame !== this.#frame) {
      this.#frame = frame;
      this.#event = eventOf(frame);
    }
    return this.#event;
  }
}

/**
 * Named streams of a socket. The service takes 32 of them.
 * https://developers.openai.com/api/docs/guides/websocket-mode
 */
export function lanesBy(decoder: FrameDecoder): LaneRules {
  return {
    perSocket: 32,
    laneOf: (frame) => {
      const { stream_id: lane } = decoder.decode(frame) ?? {};
      return typeof lane === 'string' ? lane : undefined;
    },
  };
}
