import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { floodSockets, recordedFrames, type Client, type FuzzTarget, type Random } from '@patchbay/conformance/fuzz';
import { realtime, responses, STT } from '../../index.ts';

/** Nothing is tried again: a session that a frame has ended is replaced by a fresh one. */
export const once = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };
export const apiKey = 'sk-fuzz-0001';

/** The real classes, at a server that says anything. */
export const socketTargets: readonly FuzzTarget[] = [
  {
    name: 'realtime',
    seam: 'socket',
    weight: 3,
    recorded: recordedFrames('realtime', 'server'),
    run: (feed) => floodSockets(feed, (url) => conversation(new realtime.RealtimeModel(at(url)), feed.random)),
  },
  {
    name: 'realtime, preview dialect',
    seam: 'socket',
    weight: 1,
    recorded: recordedFrames('realtime', 'server').map(asPreview),
    run: (feed) =>
      floodSockets(feed, (url) =>
        conversation(new realtime.RealtimeModel({ ...at(url), apiVersion: '2024-10-01-preview' }), feed.random),
      ),
  },
  {
    name: 'live',
    seam: 'socket',
    weight: 3,
    recorded: recordedFrames('live', 'server'),
    run: (feed) => floodSockets(feed, (url) => duplex(new realtime.GPTLiveModel(at(url)), feed.random)),
  },
  {
    name: 'translation',
    seam: 'socket',
    weight: 3,
    recorded: recordedFrames('translation', 'server'),
    run: (feed) =>
      floodSockets(feed, (url) =>
        conversation(new realtime.RealtimeTranslationModel({ ...at(url), targetLanguage: 'fr' }), feed.random),
      ),
  },
  {
    name: 'speech to text',
    seam: 'socket',
    weight: 3,
    recorded: recordedFrames('transcription', 'server'),
    run: (feed) => floodSockets(feed, (url) => listening(new STT({ ...at(url), useRealtime: true }), feed.random)),
  },
  {
    name: 'responses',
    seam: 'socket',
    weight: 3,
    recorded: recordedFrames('responses', 'server'),
    run: (feed) =>
      floodSockets(feed, (url) => asking(new responses.LLM({ ...at(url), useWebSocket: true, model: 'gpt-5' }))),
  },
];

function at(baseURL: string): { apiKey: string; baseURL: string; connOptions: typeof once } {
  return { apiKey, baseURL, connOptions: once };
}

type Conversing = realtime.RealtimeModel | realtime.RealtimeTranslationModel;

function conversation(model: Conversing, random: Random): Client {
  const session = model.session();
  session.on('error', () => {});
  session.on('generation_created', (event: llm.GenerationCreatedEvent) => void readReply(event));
  const deeds: (() => unknown)[] = [
    () => session.pushAudio(noise(random)),
    () => session.commitAudio(),
    () => session.clearAudio(),
    () => session.interrupt(),
    () => session.generateReply('Go on.'),
    () => session.truncate({ messageId: 'item_1', audioEndMs: 100, audioTranscript: 'Go' }),
    () => session.updateInstructions('Be kind.'),
    () => session.chatCtx.items.length,
  ];
  return {
    over: ended(model),
    poke: () => void attempt(random.pick(deeds)),
    close: () => model.close(),
  };
}

function duplex(model: realtime.GPTLiveModel, random: Random): Client {
  const session = model.session();
  session.on('error', () => {});
  session.on('delegation_created', ({ id }) => session.appendCommentary('It rains.', { delegationId: id }));
  void attempt(() => session._updateSession('Be kind.', llm.ChatContext.empty(), llm.ToolContext.empty()));
  void attempt(() => readAll(session.audioStream));
  const deeds: (() => unknown)[] = [
    () => session.pushAudio(noise(random)),
    () => session.appendInstructions('Be brief.'),
    () => session.appendThinking('It rains.'),
  ];
  return { over: ended(model), poke: () => void attempt(random.pick(deeds)), close: () => model.close() };
}

function listening(model: STT, random: Random): Client {
  model.on('error', () => {});
  const stream = model.stream({ connOptions: once });
  const over = readAll(stream);
  stream.pushFrame(noise(random));
  const deeds = [() => stream.pushFrame(noise(random)), () => stream.flush()];
  return { over, poke: () => void attempt(random.pick(deeds)), close: () => model.close() };
}

/** Asks again as soon as it was answered, until it is closed. */
function asking(model: responses.LLM): Client {
  model.on('error', () => {});
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Tell me a story.' });
  let closed = false;
  const over = (async () => {
    for (let asked = 0; !closed && asked < 50; asked++) await readAll(model.chat({ chatCtx, connOptions: once }));
  })();
  return {
    over,
    async close() {
      closed = true;
      await model.aclose();
      await over;
    },
  };
}

function ended(model: Conversing | realtime.GPTLiveModel): Promise<void> {
  return new Promise((resolve) => {
    model.on('connection', ({ type }) => {
      if (type === 'closed') resolve();
    });
  });
}

async function readReply({ messageStream, functionStream }: llm.GenerationCreatedEvent): Promise<void> {
  void attempt(() => readAll(functionStream));
  for await (const message of messageStream) {
    void attempt(() => readAll(message.textStream));
    void attempt(() => readAll(message.audioStream));
    void attempt(() => message.modalities);
  }
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _piece of stream);
}

/** What is done to a session that is being lost may well fail; it may not do so behind anybody's back. */
async function attempt(deed: () => unknown): Promise<void> {
  try {
    await deed();
  } catch {
    // Told to whoever did it.
  }
}

function noise(random: Random): AudioFrame {
  const samples = Int16Array.from({ length: 480 }, () => random.below(65_536) - 32_768);
  return new AudioFrame(samples, 24_000, 1, samples.length);
}

function asPreview(frame: string): string {
  return frame
    .replace('response.output_audio', 'response.audio')
    .replace('response.output_text', 'response.text')
    .replace('conversation.item.added', 'conversation.item.created');
}
