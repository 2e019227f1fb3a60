import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import {
  answerWithEvents,
  floodAnswers,
  recordedEvents,
  recordedFrames,
  type Feed,
  type FuzzTarget,
} from '@patchbay/conformance/fuzz';
import { LLM, responses, STT, TTS } from '../../index.ts';
import { apiKey, once, readAll } from './sockets.ts';

/** The real classes, at a server that answers anything. */
export const answerTargets: readonly FuzzTarget[] = [
  {
    name: 'chat over HTTP',
    seam: 'http',
    weight: 2,
    recorded: [...recordedEvents('chat'), ...recordedEvents('chat-text')],
    run: (feed) => replies(feed, (baseURL) => new LLM({ apiKey, baseURL, model: 'gpt-4.1' })),
  },
  {
    name: 'responses over HTTP',
    seam: 'http',
    weight: 2,
    recorded: [...recordedEvents('responses-http'), ...recordedFrames('responses', 'server')],
    run: (feed) => replies(feed, (baseURL) => new responses.LLM({ apiKey, baseURL, useWebSocket: false })),
  },
  {
    name: 'speech, as events',
    seam: 'http',
    weight: 2,
    recorded: recordedEvents('speech'),
    run: (feed) => speaking(feed, 'gpt-4o-mini-tts'),
  },
  {
    name: 'speech, as bytes',
    seam: 'http',
    recorded: [Buffer.alloc(4_800, 7), Buffer.concat([wavHead(), Buffer.alloc(4_800, 7)])],
    run: (feed) => speaking(feed, 'tts-1'),
  },
  {
    name: 'batch speech to text',
    seam: 'http',
    recorded: (['json', 'verbose_json', 'diarized_json'] as const).flatMap((format) =>
      recordedFrames(`transcription-${format}`, 'server'),
    ),
    run: recognising,
  },
];

async function replies(feed: Feed, open: (baseURL: string) => llm.LLM): Promise<void> {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Tell me a story.' });
  let model: llm.LLM | undefined;
  await floodAnswers(feed, {
    answer: (response) => answerWithEvents(feed, response),
    async ask(url) {
      model ??= quiet(open(url));
      await readAll(model.chat({ chatCtx, connOptions: once }));
    },
  });
  await model?.aclose();
}

async function speaking(feed: Feed, name: string): Promise<void> {
  const { random } = feed;
  let model: TTS | undefined;
  await floodAnswers(feed, {
    answer(response) {
      if (name !== 'tts-1') return answerWithEvents(feed, response);
      const count = 1 + random.below(20);
      response.writeHead(200, { 'content-type': random.pick(['audio/pcm', 'audio/mpeg', 'audio/wav', 'text/html']) });
      for (let index = 0; index < count; index++) response.write(feed.bytes());
      if (random.chance(0.9)) response.end();
      else response.destroy();
      return count;
    },
    async ask(baseURL) {
      model ??= quiet(new TTS({ apiKey, baseURL, model: name }));
      await readAll(model.synthesize('Hello.', once));
    },
  });
  await model?.close();
}

async function recognising(feed: Feed): Promise<void> {
  const audio = new AudioFrame(new Int16Array(240), 24_000, 1, 240);
  let model: STT | undefined;
  await floodAnswers(feed, {
    answer(response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(feed.next());
      return 1;
    },
    async ask(baseURL) {
      model ??= quiet(new STT({ apiKey, baseURL, useRealtime: false, connOptions: once }));
      // LiveKit's way of saying that it did not work.
      await model.recognize(audio).catch(() => {});
    },
  });
  await model?.close();
}

/** With somebody who hears its errors, as LiveKit asks for. */
function quiet<Model extends llm.LLM | TTS | STT>(model: Model): Model {
  model.on('error', () => {});
  return model;
}

function wavHead(): Buffer {
  const head = Buffer.from('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\0\0\0\0', 'latin1');
  head.writeUInt32LE(4_800, 40);
  return head;
}
