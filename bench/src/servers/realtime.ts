import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { serve } from '../server.ts';
import { FrameReader, frameOf } from './frames.ts';
import type { FrameListener } from './frames.ts';
import { bytesPerMs, ReplyFrames, turnFrames } from './realtime-events.ts';

/**
 * A voice service for the measurements of realtime sessions, in a process of its own. Its path says how it behaves:
 * `/delta-20.paced/v1/realtime`. `delta-N`: milliseconds of audio in a delta. `echo`: a reply without an
 * end, as fast as it is spoken to: a delta for each append. `turns`: every ten seconds of what it hears are a turn, which a conversation answers with a second of sound.
 * Anything else that is dialled is accepted and left alone. `/progress` tells how much audio was heard in all, once per
 * second of it; `GET /counts` tells all it counted.
 */

const turnBytes = 10_000 * bytesPerMs;
const progressBytes = 1_000 * bytesPerMs;
const appendStart = '{"type":"input_audio_buffer.append"';

const counts = { audioBytes: 0, deltas: 0, connections: 0 };
const watchers = new Set<Socket>();
const replies = new Map<string, ReplyFrames>();
let nextId = 0;

class Peer implements FrameListener {
  readonly #socket: Socket;
  readonly #settings: readonly string[];
  readonly #deltaMs: number;
  #isTranscription = false;
  #heardBytes = 0;
  #audioAt = 0;
  #echo: (() => void) | undefined;

  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#settings = (path.split('/')[1] ?? '').split('.');
    this.#deltaMs = Number(this.#settings.find((setting) => setting.startsWith('delta-'))?.slice(6) ?? 100);
    if (path.includes('/realtime'))
      this.#tell({ type: 'session.created', event_id: 'event_1', session: { id: 'sess_1' } });
  }

  begins(start: Buffer, length: number): boolean {
    if (!start.toString('latin1').startsWith(appendStart)) return false;
    // Keys come in one order on a connection, and `audio` last.
    if (this.#audioAt === 0) this.#audioAt = start.toString('latin1').indexOf('"audio":"') + 9;
    this.#heard(((length - this.#audioAt - 2) / 4) * 3);
    return true;
  }

  text(text: string): void {
    const message = JSON.parse(text) as {
      type: string;
      session?: { type?: string };
      response?: { metadata?: unknown };
    };
    if (message.type === 'session.update') {
      this.#isTranscription = message.session?.type === 'transcription';
      this.#tell({
        type: 'session.updated',
        event_id: 'event_1',
        session: { id: 'sess_1', type: message.session?.type },
      });
    } else if (message.type === 'response.create') {
      if (this.#settings.includes('echo')) this.#talkOn(message.response?.metadata);
      else this.#reply(60_000, message.response?.metadata);
    }
  }

  ping(payload: Buffer): void {
    this.#socket.write(frameOf(payload, 10));
  }

  closed(): void {
    this.#socket.end(frameOf(Buffer.from([3, 232]), 8));
  }

  #heard(bytes: number): void {
    const before = this.#heardBytes;
    this.#heardBytes += bytes;
    const told = Math.floor(counts.audioBytes / progressBytes);
    counts.audioBytes += bytes;
    if (Math.floor(counts.audioBytes / progressBytes) > told) {
      const frame = frameOf(String(counts.audioBytes));
      for (const watcher of watchers) watcher.write(frame);
    }
    this.#echo?.();
    const isTurn = Math.floor(this.#heardBytes / turnBytes) > Math.floor(before / turnBytes);
    if (isTurn && this.#settings.includes('turns')) this.#turn();
  }

  #turn(): void {
    this.#write(turnFrames(newId(), this.#heardBytes / bytesPerMs));
    if (!this.#isTranscription) this.#reply(1_000, undefined);
  }

  #reply(milliseconds: number, metadata: unknown): void {
    const frames = framesFor(milliseconds, this.#deltaMs);
    const id = newId();
    this.#write([
      ...frames.first(id, metadata),
      ...Array.from({ length: frames.deltas }, () => frames.delta(id)),
      ...frames.last(id),
    ]);
    counts.deltas += frames.deltas;
  }

  #talkOn(metadata: unknown): void {
    const frames = framesFor(1_000, this.#deltaMs);
    const id = newId();
    this.#write(frames.first(id, metadata));
    this.#echo = () => {
      counts.deltas++;
      this.#socket.write(frames.delta(id));
    };
  }

  #tell(event: object): void {
    this.#socket.write(frameOf(JSON.stringify(event)));
  }

  #write(frames: readonly Buffer[]): void {
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }
}

function newId(): string {
  return String(++nextId).padStart(8, '0');
}

function framesFor(milliseconds: number, deltaMs: number): ReplyFrames {
  const key = `${milliseconds}/${deltaMs}`;
  const known = replies.get(key) ?? new ReplyFrames(milliseconds, deltaMs);
  replies.set(key, known);
  return known;
}

function upgrade(request: IncomingMessage, socket: Socket): void {
  const { 'sec-websocket-key': key = '', 'sec-websocket-protocol': protocols } = request.headers;
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const protocol = protocols === undefined ? '' : `Sec-WebSocket-Protocol: ${protocols.split(',')[0]!}\r\n`;
  socket.setNoDelay(true);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n`,
  );
  const path = request.url ?? '/';
  const isWatcher = path === '/progress';
  if (isWatcher) watchers.add(socket);
  else counts.connections++;
  const peer = new Peer(socket, path);
  const reader = new FrameReader(peer);
  socket.on('data', (chunk) => reader.read(chunk));
  socket.on('error', () => socket.destroy());
  // Sockets of a server of Node's stay half open.
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    watchers.delete(socket);
    if (!isWatcher) counts.connections--;
  });
}

const server = createServer((_request, response) => {
  const { user, system } = process.cpuUsage();
  response.end(JSON.stringify({ ...counts, cpuMs: (user + system) / 1_000 }));
});
server.on('upgrade', upgrade);
serve(server);
