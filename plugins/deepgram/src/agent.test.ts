import { initializeLogger, llm, voice, type stt } from '@livekit/agents';
import { CallMicrophone, until } from '@patchbay/conformance/testing';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { STT, STTv2 } from './index.ts';

const sampleRate = 16_000;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** Notes what it is asked, and says nothing. */
class Notebook extends llm.LLM {
  readonly asked: string[] = [];

  override label(): string {
    return 'notebook.LLM';
  }

  override chat({ chatCtx, connOptions }: Parameters<llm.LLM['chat']>[0]): llm.LLMStream {
    const last = chatCtx.items.findLast((item) => item.type === 'message' && item.role === 'user');
    this.asked.push((last as llm.ChatMessage | undefined)?.textContent ?? '');
    return new Silence(this, { chatCtx, connOptions: connOptions! });
  }
}

class Silence extends llm.LLMStream {
  protected override async run(): Promise<void> {}
}

interface Call {
  cloud: Loopback;
  microphone: CallMicrophone;
  notebook: Notebook;
  heard: { transcript: string; isFinal: boolean }[];
  /** How often the model had been asked when a turn was over. */
  askedAtFinal?: number;
  states: string[];
  errors: unknown[];
}

async function call(create: (cloud: Loopback) => stt.STT): Promise<Call> {
  const cloud = await startLoopback({ voice: 'plain', pace: { tokenMs: 0 } });
  const model = create(cloud);
  const notebook = new Notebook();
  const session = new voice.AgentSession({ stt: model, llm: notebook, vad: null, turnDetection: 'stt' });
  const made: Call = {
    ...{ cloud, notebook, microphone: new CallMicrophone(sampleRate) },
    ...{ heard: [], states: [], errors: [] },
  };
  session.on(voice.AgentSessionEventTypes.UserInputTranscribed, (event) => {
    made.heard.push(event);
    if (event.isFinal) made.askedAtFinal = notebook.asked.length;
  });
  session.on(voice.AgentSessionEventTypes.UserStateChanged, ({ newState }) => made.states.push(newState));
  session.on(voice.AgentSessionEventTypes.Error, (error) => made.errors.push(error));
  session.input.audio = made.microphone;
  onTestFinished(async () => {
    await session.close();
    await model.close();
    await cloud.close();
  });
  await session.start({ agent: new voice.Agent({ instructions: 'Listen.' }), record: false });
  return made;
}

const finals = ({ heard }: Call): string[] =>
  heard.filter(({ isFinal }) => isFinal).map(({ transcript }) => transcript);

it.each<[string, (cloud: Loopback) => stt.STT]>([
  ['Nova', ({ origin }) => new STT({ apiKey: 'k', baseUrl: origin })],
  ['Flux', ({ origin }) => new STTv2({ apiKey: 'k', endpointUrl: `${origin}/v2/listen` })],
])('an AgentSession hears and answers turn by turn with %s, over a connection that breaks', async (_name, create) => {
  const made = await call(create);
  await made.microphone.say('Where is the station?');
  await until(() => made.notebook.asked.length === 1);
  made.cloud.dropSockets();
  await made.microphone.say('Tell me.');
  await until(() => made.notebook.asked.length === 2);
  expect(made.notebook.asked).toEqual(['Where is the station?', 'Tell me.']);
  expect(finals(made)).toEqual(['Where is the station?', 'Tell me.']);
  expect(made.states.slice(0, 2)).toEqual(['speaking', 'listening']);
  expect(made.errors).toEqual([]);
});

it.each([
  ['before the turn has ended, where Flux guesses its end', 0.4, 1],
  ['when it has ended, where Flux does not', undefined, 0],
])('an AgentSession begins its answer %s', async (_when, eagerEotThreshold, askedByThen) => {
  const made = await call(({ origin }) => {
    const eager = eagerEotThreshold === undefined ? {} : { eagerEotThreshold };
    return new STTv2({ apiKey: 'k', endpointUrl: `${origin}/v2/listen`, eotThreshold: 0.9, ...eager });
  });
  await made.microphone.say('Where is the station?');
  await until(() => made.notebook.asked.length > 0 && finals(made).length === 1);
  expect(made.askedAtFinal).toBe(askedByThen);
  expect(made.notebook.asked).toEqual(['Where is the station?']);
  expect(made.errors).toEqual([]);
});
