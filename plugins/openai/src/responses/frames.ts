import { decodeJson, type Frame, type LaneRules } from '@patchbay/plugin-kit';
import type { WsServerEvent } from './wire.ts';

/** A text as the JSON object that it is, if it is one. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    return decodeJson(text);
  } catch {
    return undefined;
  }
}

/** A frame as an event, if it is one: an object with a type. */
export function eventOf(frame: Frame): (WsServerEvent & { stream_id?: unknown }) | undefined {
  const event = typeof frame === 'string' ? objectIn(frame) : undefined;
  return typeof event?.type === 'string' ? (event as unknown as WsServerEvent) : undefined;
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
