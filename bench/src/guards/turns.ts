import { expectSame } from '../client.ts';
import { makers } from '../jobs/heap-idle/ours.ts';
import { open as openVoice } from '../jobs/first-sound/ours.ts';
import type { Provider } from '../jobs/first-sound/voice.ts';
import { open as openMind } from '../jobs/responses/ours.ts';
import { dialects } from '../jobs/speech-to-text/dialects.ts';
import { open as openEar } from '../jobs/speech-to-text/ours.ts';
import { Talk } from '../jobs/speech-to-text/talk.ts';
import { open as openTalker } from '../realtime/ours.ts';
import { Service } from '../realtime/service.ts';
import { say, secondOfFrames } from '../realtime/sound.ts';
import { messagesPerTurn, turnMs } from '../servers/speech-to-text-turns.ts';
import { textFor } from '../servers/text-to-speech-audio.ts';
import { speechFrames } from '../speech-frames.ts';

/** One turn more. */
export type Turn = () => Promise<void>;

const seconds = 2;

/** By the first words of the variants, whose last is the provider. */
const turns: Readonly<Record<string, (provider: Provider, port: number) => Promise<Turn>>> = {
  async 'speech to text'(provider, port) {
    const { sampleRate } = dialects[provider];
    const frames = speechFrames({ sampleRate, frameMs: 50, milliseconds: turnMs });
    const talk = new Talk(messagesPerTurn[provider]);
    const ear = await openEar(provider, `ws://127.0.0.1:${port}`, talk);
    return () => talk.turn(ear, frames);
  },
  async responses(_provider, port) {
    const mind = openMind(`ws://127.0.0.1:${port}`);
    return async () => {
      let heard = 0;
      await mind.ask('burst 100', () => heard++).done;
      expectSame('something was heard', heard > 0, true);
    };
  },
  async 'text to speech'(provider, port) {
    const voice = await openVoice(provider, `http://127.0.0.1:${port}`);
    return () => voice.say(textFor(seconds), () => {});
  },
  async realtime(_provider, port) {
    const service = await Service.at(port);
    const talker = await openTalker(service.url(), () => {});
    await service.connected(1);
    const frames = secondOfFrames(50);
    return async () => {
      await say(seconds, frames, talker, service);
      await talker.reply();
    };
  },
  'streams of speech to text': (provider, port) => opened(`speech to text, ${provider}`, port),
  'realtime sessions': (provider, port) => opened(`realtime, ${provider}`, port),
};

/** What a model opens is closed again. */
async function opened(what: string, port: number): Promise<Turn> {
  const service = await Service.at(port);
  const open = makers[what]!(service.url()) as () => { close(): unknown };
  return async () => {
    const one = open();
    await service.connected(1);
    await one.close();
    await service.connected(0);
  };
}

/** Opens what a variant names, e.g. `speech to text, soniox`, at a server of its own. */
export function openTurns(variant: string, port: number): Promise<Turn> {
  const [kind, provider] = variant.split(', ') as [string, Provider];
  return turns[kind]!(provider, port);
}
