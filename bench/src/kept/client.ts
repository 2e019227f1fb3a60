import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { expectSame, memoryHeld, runClient } from '../client.ts';
import type { Figures, Order } from '../job.ts';
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

// Code that V8 lets go of meanwhile would be memory that is given back.
setFlagsFromString('--no-flush-bytecode');

/** One turn more. */
type Turn = () => Promise<void>;

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
};

interface Held {
  objects: number;
  bytes: number;
}

/** Objects, arrays, tables and buffers that somebody holds, and bytes, text included. */
async function held(): Promise<Held> {
  await sleep(200);
  return { objects: queryObjects(Object, { format: 'count' }), bytes: memoryHeld() };
}

/** Turns that warm up, and then those of each look. */
function turnsOf(variant: string): [first: number, between: number] {
  if (variant.startsWith('realtime')) return [100, 60];
  // Twenty a minute may be on one socket: there are two before, and no more behind.
  if (variant === 'text to speech, deepgram') return [24, 4];
  return [600, 150];
}

const looks = 4;

/** What each turn leaves behind: the least of several looks, for code is compiled in some, and what is kept is kept in all. */
await runClient(async ({ variant, port }: Order): Promise<Figures> => {
  const [kind, provider] = variant.split(', ') as [string, Provider];
  const turn = await turns[kind]!(provider, port);
  const talk = async (count: number): Promise<Held> => {
    for (let at = 0; at < count; at++) await turn();
    return held();
  };
  const [first, between] = turnsOf(variant);
  let before = await talk(first);
  let [objects, bytes] = [Infinity, Infinity];
  for (let look = 0; look < looks; look++) {
    const now = await talk(between);
    objects = Math.min(objects, (now.objects - before.objects) / between);
    bytes = Math.min(bytes, (now.bytes - before.bytes) / between);
    before = now;
  }
  return { objects, bytes };
});
