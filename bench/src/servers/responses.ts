import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { serve } from '../server.ts';
import { controlPath, dialMs, type Command } from './responses-control.ts';
import { turnOf, type TurnMessages } from './responses-turn.ts';

/** A turn whose deltas are sent one by one. */
interface Going {
  socket: WebSocket;
  id: string;
  turn: TurnMessages;
  sent: number;
}

const turns = new Map<number, TurnMessages>();
const clients = new Set<WebSocket>();
/** Turns that go on when the client asks for the next delta of each, and those that go on by themselves. */
const stepped = new Set<Going>();
const paced: Set<Going>[] = Array.from({ length: 10 }, () => new Set());
let dials = 0;
let asked = 0;

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  const accept = (connected: (client: WebSocket) => void): void =>
    sockets.handleUpgrade(request, socket, head, connected);
  if (request.url === controlPath) return accept(obey);
  dials++;
  setTimeout(() => accept(listen), dialMs);
});
serve(server);

// Two of twenty sessions each millisecond: ten milliseconds from one delta of a session to the next.
let phase = 0;
setInterval(() => {
  phase = (phase + 1) % paced.length;
  for (const going of paced[phase]!) advance(going, paced[phase]!);
}, 1);

function obey(client: WebSocket): void {
  client.on('error', () => {});
  client.on('message', (data) => {
    const command = (data as Buffer).toString() as Command;
    if (command === 'next') {
      for (const going of stepped) advance(going, stepped);
    } else {
      if (command === 'drop') for (const each of clients) each.close(1001, 'nothing was said for a while');
      client.send(String(dials));
    }
  });
}

function listen(client: WebSocket): void {
  clients.add(client);
  client.on('error', () => {});
  client.on('close', () => {
    clients.delete(client);
    for (const going of [stepped, ...paced]) for (const each of going) if (each.socket === client) going.delete(each);
  });
  client.on('message', (data) => {
    const { type, input } = JSON.parse((data as Buffer).toString()) as { type: string; input: { content: unknown }[] };
    if (type === 'response.create') answer(client, wordsIn(input.at(-1)?.content));
  });
}

function wordsIn(content: unknown): string {
  return typeof content === 'string' ? content : String((content as { text?: string }[])[0]?.text);
}

/** `burst 1000`: so many deltas, and how they come. */
function answer(socket: WebSocket, words: string): void {
  const [how, count] = words.split(' ');
  const length = Number(count);
  let turn = turns.get(length);
  if (turn === undefined) turns.set(length, (turn = turnOf(length)));
  const id = `resp_${String(++asked).padStart(48, '0')}`;
  if (how === 'burst') return write(socket, [...turn.head(id), ...turn.deltas, ...turn.tail(id)]);
  const going = { socket, id, turn, sent: 0 };
  const others = how === 'paced' ? paced[asked % paced.length]! : stepped;
  others.add(going);
  write(socket, turn.head(id));
  if (how === 'events') advance(going, stepped);
}

function advance(going: Going, others: Set<Going>): void {
  const { socket, id, turn } = going;
  socket.send(turn.deltas[going.sent++]!);
  if (going.sent < turn.deltas.length) return;
  others.delete(going);
  write(socket, turn.tail(id));
}

/** All in one write, as a service does that has it all. */
function write(socket: WebSocket, messages: readonly string[]): void {
  const { _socket: network } = socket as unknown as { _socket: Socket };
  network.write(Buffer.concat(messages.flatMap(frameOf)));
}

/** RFC 6455 §5.2: a text frame of a server. */
function frameOf(message: string): Buffer[] {
  const payload = Buffer.from(message);
  const header = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  if (header.length === 2) header[1] = payload.length;
  else if (header.length === 4) header.writeUInt16BE(payload.length, 2);
  else header.writeBigUInt64BE(BigInt(payload.length), 2);
  if (header.length > 2) header[1] = header.length === 4 ? 126 : 127;
  return [header, payload];
}
