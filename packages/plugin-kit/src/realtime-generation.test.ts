import { ReadableStream } from 'node:stream/web';
import { ManualClock } from '@patchbay/ws-session/testing';
import { describe, expect, test } from 'vitest';
import { audioFrameOf } from './realtime-audio.ts';
import { Channel } from './realtime-channel.ts';
import { ResponseGeneration } from './realtime-generation.ts';

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('a channel', () => {
  test('what was written before the close can be read after it, and nothing written later', async () => {
    const channel = new Channel<number>();
    void channel.write(1);
    void channel.close();
    void channel.close();
    void channel.write(2);
    expect(await all(channel.stream())).toEqual([1]);
  });

  test('a reader who cancels closes it, and writing stays silent', async () => {
    const channel = new Channel<number>();
    await channel.stream().cancel('enough');
    expect(channel.closed).toBe(true);
    await expect(channel.write(1)).resolves.toBeUndefined();
    await expect(channel.close()).resolves.toBeUndefined();
    await expect(channel.abort(new Error('late'))).resolves.toBeUndefined();
  });

  test('an abort reaches the reader', async () => {
    const channel = new Channel<number>();
    void channel.abort(new Error('broken'));
    await expect(all(channel.stream())).rejects.toThrow('broken');
  });

  test('another stream can be poured into it', async () => {
    const channel = new Channel<number>();
    const reader = channel.stream().getReader();
    channel.addStreamInput(ReadableStream.from([1, 2]));
    expect((await reader.read()).value).toBe(1);
    expect((await reader.read()).value).toBe(2);
  });
});

describe('a generation', () => {
  const options = { clock: new ManualClock(), audioOutput: true };

  test('several messages of one response are several messages (livekit/agents#5768)', async () => {
    const generation = new ResponseGeneration('r1', options);
    generation.message('m1').pushText('one');
    generation.message('m2').pushText('two');
    generation.message('m1').pushText(' more');
    generation.close();
    const messages = await all(generation.messageChannel.stream());
    const texts = await Promise.all(messages.map((message) => all(message.textStream)));
    expect(texts).toEqual([['one', ' more'], ['two']]);
  });

  test('a text-only model has closed the audio of its messages and decided before anything arrives', async () => {
    const generation = new ResponseGeneration('r1', { ...options, audioOutput: false });
    generation.message('m1');
    const { value: message } = await generation.messageChannel.stream().getReader().read();
    expect(await message!.modalities).toEqual(['text']);
    expect(await all(message!.audioStream)).toEqual([]);
  });

  test('knows how much audio of a message arrived, and stays without first token until there is one', () => {
    const generation = new ResponseGeneration('r1', options);
    const message = generation.message('m1');
    expect(generation.ttftMs).toBe(-1);
    message.pushAudio(audioFrameOf(Buffer.alloc(4_800).toString('base64'), 24_000));
    expect(message.receivedAudioMs).toBe(100);
  });
});

describe('base64 audio', () => {
  test('becomes a frame whose memory holds nothing else, and half a sample is dropped', () => {
    const bytes = Buffer.alloc(41);
    new Int16Array(bytes.buffer, bytes.byteOffset, 20).forEach((_, index) => bytes.writeInt16LE(index - 10, index * 2));
    const frame = audioFrameOf(bytes.toString('base64'), 8_000);
    expect([...frame.data]).toEqual(Array.from({ length: 20 }, (_, index) => index - 10));
    expect(frame.samplesPerChannel).toBe(20);
    expect(frame.data.byteOffset).toBe(0);
    expect(frame.data.buffer.byteLength).toBeLessThanOrEqual(41);
  });
});
