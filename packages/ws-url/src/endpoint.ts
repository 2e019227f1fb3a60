import { PatchbayError } from './errors.ts';
import { parseBase } from './join.ts';
import type { Capability, EndpointDescription } from './types.ts';

const httpCapabilities: ReadonlySet<Capability> = new Set([
  'chat',
  'responses-http',
  'speech',
  'transcriptions',
  'models',
]);

/** How capabilities are called in messages and docs. */
export const capabilityTitles: Readonly<Record<Capability, string>> = {
  conversation: 'realtime conversation',
  transcription: 'realtime transcription',
  translation: 'realtime translation',
  live: 'GPT-Live',
  responses: 'Responses over a WebSocket',
  turns: 'realtime transcription in turns',
  voice: 'speech over a WebSocket',
  chat: 'chat completions over HTTP',
  'responses-http': 'Responses over HTTP',
  speech: 'speech over HTTP',
  transcriptions: 'transcriptions over HTTP',
  models: 'the list of models',
};

/**
 * Checks and freezes an endpoint's description.
 *
 * @throws PatchbayError `invalid-option` or `invalid-url` for a description that can never work: a mistake of the
 * plugin's author, found when the plugin is loaded.
 */
export function endpoint(description: EndpointDescription): EndpointDescription {
  parseBase(description.base, `${description.provider} endpoint base`);
  if (description.path !== '' && !/^(?:\/[^/?#\s]+)+$/.test(description.path)) {
    throw new PatchbayError(
      'invalid-option',
      'The `path` of an endpoint begins with "/", has no query and does not end in "/".',
    );
  }
  return Object.freeze({ ...description });
}

/** Whether an endpoint is dialled as a socket or asked over HTTP. */
export function transportOf(description: EndpointDescription): 'socket' | 'http' {
  return description.transport ?? (httpCapabilities.has(description.capability) ? 'http' : 'socket');
}
