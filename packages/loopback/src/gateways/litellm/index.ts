import { bearerOf } from '../keys.ts';
import type { GatewayRule } from '../types.ts';
import { isDeepgramSocket, serveDeepgram } from './deepgram.ts';
import { serveLiteLLMHttp } from './http.ts';
import { serveLiteLLMLive } from './live.ts';
import { servePassthroughSocket, passthroughPath } from './passthrough.ts';
import { serveLiteLLMRealtime } from './realtime.ts';
import { serveLiteLLMResponses } from './responses.ts';
import { HEARTBEAT, keyOf } from './settings.ts';

/**
 * LiteLLM's proxy, as it behaved when it was tried: `litellm` is 1.108.3, `litellm@1.105` is 1.105.3, which also starts a
 * response of its own after each transcript of a conversation. https://docs.litellm.ai/docs/realtime
 *
 * Two routes are as its documents say, and were not tried: GPT-Live, which came in 1.107, and translation, which came in
 * 1.110, so `litellm@1.110` is 1.108.3 with it. https://docs.litellm.ai/docs/live_sessions and /realtime_translation
 */
export const litellm: GatewayRule = createRule('litellm', { injects: false, live: true, translates: false });
export const litellm1105: GatewayRule = createRule('litellm@1.105', { injects: true, live: false, translates: false });
export const litellm1110: GatewayRule = createRule('litellm@1.110', { injects: false, live: true, translates: true });

const REALTIME = new Set(['/v1/realtime', '/realtime', '/openai/v1/realtime']);
const TRANSLATIONS = '/v1/realtime/translations';
const LIVE = '/v1/live/sessions';
const RESPONSES = new Set(['/v1/responses', '/responses']);

/** What sets releases apart. */
interface Version {
  injects: boolean;
  live: boolean;
  translates: boolean;
}

function createRule(name: string, version: Version): GatewayRule {
  return {
    name,
    base: '/v1',
    note: 'Realtime wants ?model= in the URL, a transcription ?intent=transcription without it.',
    maxFrameBytes: 16 * 1024 * 1024,
    heartbeat: HEARTBEAT,
    stopCode: 1012,
    http: serveLiteLLMHttp,
    upgrade(arrival, gateway) {
      // A wrong key, a missing key, an unknown path: one and the same 403 without a body.
      if (!gateway.accepts(keyOf(arrival.request))) return arrival.refuse(403);
      if (isDeepgramSocket(arrival.path)) {
        // Tried: `Token` and Deepgram's subprotocols are refused.
        return bearerOf(arrival.request) === undefined ? arrival.refuse(403) : serveDeepgram(arrival, gateway);
      }
      const passthrough = passthroughPath(arrival.path);
      if (REALTIME.has(arrival.path)) {
        return serveLiteLLMRealtime(arrival, gateway, { injects: version.injects, path: '/v1/realtime' });
      }
      if (version.translates && arrival.path === TRANSLATIONS) {
        return serveLiteLLMRealtime(arrival, gateway, { injects: false, path: TRANSLATIONS });
      }
      if (version.live && arrival.path === LIVE) return serveLiteLLMLive(arrival, gateway);
      if (RESPONSES.has(arrival.path)) return serveLiteLLMResponses(arrival, gateway);
      if (passthrough) return servePassthroughSocket(arrival, gateway, passthrough);
      return arrival.refuse(403);
    },
  };
}
