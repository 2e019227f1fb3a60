import { createServer, type IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { serve } from '../server.ts';
import { chunksPerSecond, secondsIn, spoken } from './text-to-speech-audio.ts';

const encoded = spoken.toString('base64');

const server = createServer((request, response) => {
  void textOf(request).then((body) => {
    const { input } = JSON.parse(body) as { input: string };
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    for (let chunk = secondsIn(input) * chunksPerSecond; chunk > 0; chunk--) response.write(spoken);
    response.end();
  });
});
// Who cuts a minute of audio byte by byte does not notice meanwhile that its connection was closed.
server.keepAliveTimeout = 600_000;
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, { url = '/' }) => {
  socket.on('error', () => {});
  if (url.startsWith('/v1/speak')) deepgram(socket);
  else soniox(socket);
});
serve(server);

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
function deepgram(socket: WebSocket): void {
  let text = '';
  socket.send(JSON.stringify({ type: 'Metadata', request_id: '2ad1b7f4-6b0b-4a4e-a6cf-0f8d11b0d1c5' }));
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as { type: string; text?: string };
    if (message.type === 'Speak') text += message.text;
    if (message.type !== 'Flush') return;
    for (let chunk = secondsIn(text) * chunksPerSecond; chunk > 0; chunk--) socket.send(spoken);
    socket.send(JSON.stringify({ type: 'Flushed', sequence_id: 0 }));
    text = '';
  });
}

/** https://soniox.com/docs/tts/api-reference/websocket-api */
function soniox(socket: WebSocket): void {
  const texts = new Map<string, string>();
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as { stream_id: string; text?: string; text_end?: boolean };
    const { stream_id } = message;
    const text = (texts.get(stream_id) ?? '') + (message.text ?? '');
    texts.set(stream_id, text);
    if (message.text_end !== true) return;
    texts.delete(stream_id);
    const audio = JSON.stringify({ audio: encoded, audio_end: false, stream_id });
    for (let chunk = secondsIn(text) * chunksPerSecond; chunk > 0; chunk--) socket.send(audio);
    socket.send(JSON.stringify({ audio: '', audio_end: true, stream_id }));
    socket.send(JSON.stringify({ terminated: true, stream_id }));
  });
}
