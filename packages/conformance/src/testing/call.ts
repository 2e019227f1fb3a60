import { llm, voice, type stt } from '@livekit/agents';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { onTestFinished } from 'vitest';
import { CallMicrophone } from './call-microphone.ts';

const sampleRate = 16_000;

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

/** A call to an AgentSession that listens and answers nothing. */
export interface Call {
  cloud: Loopback;
  microphone: CallMicrophone;
  notebook: Notebook;
  heard: { transcript: string; isFinal: boolean }[];
  /** How often the model had been asked when a turn was over. */
  askedAtFinal?: number;
  states: string[];
  errors: unknown[];
}

/** The other end is one of loopback's services. */
export async function call(create: (cloud: Loopback) => stt.STT): Promise<Call> {
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

/** What was understood. */
export const finalsOf = ({ heard }: Call): string[] =>
  heard.filter(({ isFinal }) => isFinal).map(({ transcript }) => transcript);
