import '../../quiet.ts';
import { DEFAULT_API_CONNECT_OPTIONS, llm, stt, tts } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import { WebSocket } from 'ws';
import { FloorModel } from '../../realtime/floor.ts';
import type { Makers } from './sessions.ts';

type Maker = Makers[string];

function dial(url: string): WebSocket {
  return new WebSocket(url, { perMessageDeflate: false }).on('message', () => {});
}

class FloorSTT extends stt.STT {
  override label = 'floor.STT';
  readonly #url: string;

  constructor(url: string) {
    super({ streaming: true, interimResults: true });
    this.#url = url;
  }

  override stream(): FloorSpeechStream {
    return new FloorSpeechStream(this, this.#url);
  }

  protected override _recognize(): Promise<stt.SpeechEvent> {
    throw new Error('it listens to streams');
  }
}

class FloorSpeechStream extends stt.SpeechStream {
  override label = 'floor.SpeechStream';
  readonly #url: string;

  constructor(model: FloorSTT, url: string) {
    super(model, undefined, DEFAULT_API_CONNECT_OPTIONS);
    this.#url = url;
  }

  protected override async run(): Promise<void> {
    const socket = dial(this.#url);
    for await (const item of this.input) if (typeof item !== 'symbol') socket.send(item.data);
  }
}

class FloorLLM extends llm.LLM {
  readonly socket: WebSocket;

  constructor(url: string) {
    super();
    this.socket = dial(url);
  }

  override label(): string {
    return 'floor.LLM';
  }

  override chat(): llm.LLMStream {
    throw new Error('nobody asks it');
  }
}

class FloorTTS extends tts.TTS {
  override label = 'floor.TTS';
  readonly socket: WebSocket;

  constructor(url: string) {
    super(24_000, 1, { streaming: true });
    this.socket = dial(url);
  }

  override synthesize(_text: string, _connOptions?: APIConnectOptions): tts.ChunkedStream {
    throw new Error('nobody asks it');
  }

  override stream(): tts.SynthesizeStream {
    throw new Error('nobody asks it');
  }
}

const listen: Maker = (url) => {
  const model = new FloorSTT(url);
  return () => model.stream();
};

const speak: Maker = (url) => () => new FloorTTS(url);

export const makers: Makers = {
  'speech to text, openai': listen,
  'speech to text, deepgram': listen,
  'speech to text, soniox': listen,
  'realtime, openai': (url) => {
    const model = new FloorModel(url);
    return () => model.session();
  },
  'responses, openai': (url) => () => new FloorLLM(url),
  'text to speech, deepgram': speak,
  'text to speech, soniox': speak,
};
