import type { Speech } from '@patchbay/plugin-kit';
import { expect, it } from 'vitest';
import { routeFor } from '../options.ts';
import { flux } from '../stt-v2/flux.ts';
import { nova } from './nova.ts';

// No telltale beginning, and what JSON escapes.
const apiKey = 'q7Zr83jk/w9+PxTt5Vd0w=';
const { connection } = routeFor('transcription', { apiKey, baseUrl: 'http://127.0.0.1:1' }, { model: 'nova-3' });
const metadata = { request_id: apiKey };
const channel = { alternatives: [{ transcript: 'hello', words: [] }] };

it.each([
  ['Nova', nova, { type: 'Results', metadata, channel, start: 0, duration: 1, is_final: true }],
  ['Flux', flux, { type: 'TurnInfo', event: 'EndOfTurn', turn_index: 0, transcript: 'hello', request_id: apiKey }],
])('a request id of %s that is our key is told to nobody', (_name, wire, message) => {
  const told: unknown[] = [];
  const speech = new Proxy({} as Speech, {
    get:
      (_target, name) =>
      (...details: unknown[]) =>
        void told.push(name, ...details),
  });
  wire.receive(message, speech, { connection, options: {} as never });
  expect(told).toContain('final');
  expect(told).toContainEqual(expect.objectContaining({ requestId: '[redacted]' }));
  expect(JSON.stringify(told)).not.toContain(apiKey);
});
