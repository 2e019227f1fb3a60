/*
 * Records what loopback and a client say to each other, protocol by protocol, into `recorded/`. By hand, when loopback
 * learns something new: node -C dev packages/conformance/src/fuzz/record.ts
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainVoice, startLoopback } from '@patchbay/loopback';
import { WebSocket } from 'ws';

const folder = join(import.meta.dirname, 'recorded');
/** Longer audio teaches a decoder nothing that this does not. */
const longestAudio = 400;

const cloud = await startLoopback({
  voice: 'plain',
  pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
  mcpServers: { shop: [{ name: 'order', result: 'done' }] },
});

const tools = [
  {
    type: 'function',
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
];
const mcp = { type: 'mcp', server_label: 'shop', server_url: 'https://shop.test/mcp', require_approval: 'never' };

await converse('realtime', '/realtime?model=gpt-realtime', [
  {
    type: 'session.update',
    session: {
      type: 'realtime',
      tools: [...tools, mcp],
      instructions: 'Be brief.',
      audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } },
    },
  },
  ...(await spoken('input_audio_buffer.append', 'Tell me a story.')),
  'response.done',
  said('What is the weather in Paris?'),
  { type: 'response.create' },
  'response.done',
  said('Use order to order a book.'),
  { type: 'response.create', response: { output_modalities: ['text'] } },
  'response.done',
  { type: 'response.cancel' },
  { type: 'conversation.item.delete', item_id: 'nobody' },
  { type: 'input_audio_buffer.commit' },
  'error',
]);
await converse('transcription', '/realtime?intent=transcription', [
  {
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: { input: { transcription: { model: 'gpt-4o-transcribe' }, turn_detection: { type: 'server_vad' } } },
      include: ['item.input_audio_transcription.logprobs'],
    },
  },
  ...(await spoken('input_audio_buffer.append', 'Good morning.')),
  'conversation.item.input_audio_transcription.completed',
  ...(await spoken('input_audio_buffer.append', 'How are you today?')),
  'conversation.item.input_audio_transcription.completed',
  { type: 'input_audio_buffer.clear' },
  { type: 'input_audio_buffer.commit' },
  'error',
]);
await converse('translation', '/realtime/translations?model=gpt-realtime-translate', [
  {
    type: 'session.update',
    session: { audio: { input: { transcription: { model: 'gpt-realtime-whisper' } }, output: { language: 'fr' } } },
  },
  ...(await spoken('session.input_audio_buffer.append', 'Good morning. How are you?')),
  { type: 'session.close' },
  'session.closed',
]);
await converse('live', '/live/sessions', [
  {
    type: 'session.start',
    event_id: 'start_1',
    session: {
      model: 'gpt-live-1',
      instructions: 'Be brief.',
      delegation: { type: 'responses', responses: { model: 'gpt-5', tools } },
    },
  },
  'session.started',
  ...(await spoken('session.input_audio.append', 'What is the weather in Paris?', 6_000)),
  'response.event',
  { type: 'session.commentary.append', event_id: 'say_1', text: 'The line is busy.' },
  { type: 'session.close', event_id: 'close_1' },
  'session.closed',
]);
await converse('responses', '/responses', [
  { type: 'response.create', model: 'gpt-5', input: 'Tell me a story.', tools },
  'response.completed',
  { type: 'response.create', model: 'gpt-5', input: 'What is the weather in Paris?', tools, stream_id: '1' },
  'response.completed',
  { type: 'response.create', model: 'gpt-5', input: 'Hello', previous_response_id: 'resp_nobody' },
  'error',
]);

const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const input = 'What is the weather in Paris?';
await ask('chat', '/chat/completions', {
  model: 'gpt-5',
  messages,
  stream: true,
  stream_options: { include_usage: true },
  tools: [{ type: 'function', function: tools[0] }],
});
await ask('chat-text', '/chat/completions', {
  model: 'gpt-5',
  messages: [{ role: 'user', content: 'Tell me a story.' }],
  stream: true,
});
await ask('responses-http', '/responses', { model: 'gpt-5', input, stream: true, tools });
await ask('speech', '/audio/speech', {
  model: 'gpt-4o-mini-tts',
  input: 'Hello there.',
  voice: 'ash',
  response_format: 'pcm',
  stream_format: 'sse',
});
for (const [model, format] of [
  ['gpt-4o-transcribe', 'json'],
  ['whisper-1', 'verbose_json'],
  ['gpt-4o-transcribe-diarize', 'diarized_json'],
] as const) {
  const form = new FormData();
  form.set('file', new File([wav(await pcm('Good morning. How are you?'))], 'audio.wav'));
  form.set('model', model);
  form.set('response_format', format);
  if (format === 'json') form.append('include[]', 'logprobs');
  if (format === 'verbose_json') form.append('timestamp_granularities[]', 'word');
  const response = await post('/audio/transcriptions', form);
  write(`transcription-${format}`, [{ from: 'server', data: await response.text() }]);
}
await cloud.close();

type Line = { from: 'client' | 'server'; data: string };

/** Sends each event; a string waits for the next event of that type. */
async function converse(name: string, path: string, script: readonly (object | string)[]): Promise<void> {
  const lines: Line[] = [];
  const waiting = new Map<string, () => void>();
  const socket = new WebSocket(cloud.url.replace('http', 'ws') + path, { headers: { authorization: 'Bearer key' } });
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    lines.push({ from: 'server', data: short(text) });
    const { type } = JSON.parse(text) as { type: string };
    waiting.get(type)?.();
    waiting.delete(type);
  });
  const arrival = (type: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name}: no ${type}`)), 10_000);
      waiting.set(type, () => (clearTimeout(late), resolve()));
    });
  await once(socket, 'open');
  const send = (event: object): void => {
    const text = JSON.stringify(event);
    lines.push({ from: 'client', data: short(text) });
    socket.send(text);
  };
  for (const step of script) {
    if (typeof step === 'string') await arrival(step);
    else send(step);
  }
  socket.close();
  await once(socket, 'close');
  write(name, lines);
}

async function ask(name: string, path: string, body: object): Promise<void> {
  const data = JSON.stringify(body);
  const response = await post(path, data);
  const events = (await response.text()).split('\n\n').filter((event) => event !== '');
  write(name, [
    { from: 'client', data },
    ...events.map((event): Line => ({ from: 'server', data: shortEvent(event) })),
  ]);
}

function post(path: string, body: string | FormData): Promise<Response> {
  const headers = {
    authorization: 'Bearer key',
    ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
  };
  return fetch(cloud.url + path, { method: 'POST', headers, body });
}

function write(name: string, lines: readonly Line[]): void {
  writeFileSync(join(folder, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function short(text: string): string {
  return JSON.stringify(JSON.parse(text), (name, value: unknown) =>
    typeof value === 'string' && /^(audio|delta)$/.test(name) && /^[\w+/]{400,}={0,2}$/.test(value)
      ? value.slice(0, longestAudio)
      : value,
  );
}

function shortEvent(event: string): string {
  return event.replace(/^data: (\{.*\})$/m, (_, json: string) => `data: ${short(json)}`);
}

function said(text: string): object {
  return {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  };
}

async function pcm(text: string, tailMs = 1_500): Promise<Buffer> {
  const { samples } = await plainVoice.speak(text);
  const all = new Int16Array(samples.length + (200 + tailMs) * 24);
  all.set(samples, 200 * 24);
  return Buffer.from(all.buffer);
}

async function spoken(type: string, text: string, tailMs?: number): Promise<object[]> {
  const bytes = await pcm(text, tailMs);
  const pieces: object[] = [];
  for (let at = 0; at < bytes.length; at += 4_800) {
    pieces.push({ type, audio: bytes.subarray(at, at + 4_800).toString('base64') });
  }
  return pieces;
}

function wav(bytes: Buffer): Blob {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [
    [16, 16],
    [24, 24_000],
    [28, 48_000],
    [40, bytes.length],
  ] as const)
    head.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    head.writeUInt16LE(value, at);
  head.write('data', 36, 'latin1');
  return new Blob([head, new Uint8Array(bytes)]);
}
