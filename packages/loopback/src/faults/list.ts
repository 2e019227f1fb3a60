import { faultCatalogue } from './catalogue.ts';
import type { FaultGroup } from './catalogue.ts';
import { formOf } from './parse.ts';

const headings: Readonly<Record<FaultGroup, string>> = {
  connect: 'While a client connects',
  request: 'In answer to a request or an upgrade',
  opened: 'When a socket has opened',
  stream: 'In the stream, at a point',
  content: 'In a message, at a point',
  service: 'In the service',
};

/** Everything that can go wrong, for a terminal. */
export function listFaults(): string {
  const groups = Object.entries(headings).map(([group, heading]) => {
    const kinds = faultCatalogue.filter((kind) => kind.group === group);
    return [`${heading}:`, ...kinds.map((kind) => `  ${formOf(kind)}\n      ${kind.does}`)].join('\n');
  });
  return [...groups, POINTS].join('\n\n');
}

const POINTS = `A POINT is a number of messages that the service sent (text frames, server-sent events,
pieces of a body; 0: behind the 101 or the head), or the type of a message in either
direction, e.g. response.created; TYPE#2 is the second of its kind.`;
