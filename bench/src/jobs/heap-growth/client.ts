import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { expectSame, memoryHeld, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';
import { say, secondOfFrames } from '../../realtime/sound.ts';
import { sampleRate } from '../../realtime/talker.ts';
import { messagesPerTurn, turnMs } from '../../servers/speech-to-text-turns.ts';
import { speechFrames } from '../../speech-frames.ts';
import { dialects, type Provider } from '../speech-to-text/dialects.ts';
import { ears, Talk } from '../speech-to-text/talk.ts';

// V8 lets go of code that has not run for a while, megabytes of it, in some runs before the first look and in some after.
setFlagsFromString('--no-flush-bytecode');

/** Says so many seconds more, and looks whether all of it was answered. */
type Speak = (seconds: number) => Promise<void>;

const frameMs = 50;

await runClient(async (order: Order): Promise<Figures> => {
  const speak = await (order.variant.startsWith('realtime') ? toModel(order) : toEar(order));
  const heldAfter = async (minutes: number): Promise<number> => {
    await speak(60 * minutes);
    await sleep(500);
    return memoryHeld();
  };
  const before = await heldAfter(5);
  const after = await heldAfter(order.quick ? 6 : 30);
  return { growth: (after - before) / 1e6 };
});

async function toEar({ variant, mode, port }: Order): Promise<Speak> {
  const provider = variant.split(', ')[1] as Provider;
  const frames = speechFrames({ sampleRate: dialects[provider].sampleRate, frameMs, milliseconds: turnMs });
  const talk = new Talk(messagesPerTurn[provider]);
  const ear = await (await ears[mode]()).open(provider, `ws://127.0.0.1:${port}`, talk);
  let said = 0;
  return async (seconds) => {
    for (const until = said + (1_000 * seconds) / turnMs; said < until; said++) await talk.turn(ear, frames);
    expectSame('turns that were heard', talk.turns, said);
  };
}

async function toModel({ mode, port }: Order): Promise<Speak> {
  const turnSeconds = 10;
  const service = await Service.at(port);
  let [saidSeconds, answers] = [0, 0];
  const { open } = await openers[mode]();
  const talker = await open(service.url('turns'), (samples) => {
    answers += samples / sampleRate;
  });
  await service.connected(1);
  await sleep(500);
  const frames = secondOfFrames(frameMs);
  return async (seconds) => {
    await say(seconds, frames, talker, service);
    saidSeconds += seconds;
    await sleep(500);
    expectSame('turns that were heard', Math.round(answers), saidSeconds / turnSeconds);
  };
}
