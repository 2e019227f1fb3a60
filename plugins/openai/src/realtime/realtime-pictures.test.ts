import { constants, inflateSync } from 'node:zlib';
import { llm } from '@livekit/agents';
import { dispose, VideoBufferType, VideoFrame } from '@livekit/rtc-node';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { next, useBench } from './__fixtures__/realtime-test.ts';
import type { Event } from './__fixtures__/scripted-service.ts';

const bench = useBench();

afterAll(() => dispose());

/** A frame of one colour. `pixel`: its bytes as this kind of frame has them. */
function frame(pixel: number[], type = VideoBufferType.RGBA, width = 4, height = 2): VideoFrame {
  const data = Uint8Array.from({ length: width * height * pixel.length }, (_, index) => pixel[index % pixel.length]!);
  return new VideoFrame(data, width, height, type);
}

/** What a PNG in a data URL shows: its size, and the colour of its first pixel. */
function seen(item: Event): { width: number; height: number; colour: number[] } {
  const url = item.content.at(-1).image_url as string;
  expect(url).toMatch(/^data:image\/png;base64,/);
  const bytes = Buffer.from(url.split(',')[1]!, 'base64');
  const start = bytes.indexOf('IDAT') + 4;
  const chunk = bytes.subarray(start, start + bytes.readUInt32BE(start - 8));
  // A large picture has more chunks, but its first pixel is in the first.
  const pixels = inflateSync(chunk, { finishFlush: constants.Z_SYNC_FLUSH });
  // The first byte of a line names its filter, and the first pixel has no neighbour.
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), colour: [...pixels.subarray(1, 4)] };
}

describe('pushVideo', () => {
  test('shows the model a picture', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    session.pushVideo(frame([250, 100, 0, 255]));
    const { item, previous_item_id: previous } = await line.event('conversation.item.create');
    expect(item).toMatchObject({ type: 'message', role: 'user' });
    expect(previous).toBeUndefined();
    expect(seen(item)).toEqual({ width: 4, height: 2, colour: [250, 100, 0] });
    await vi.waitFor(() => expect(session.chatCtx.getById(item.id as string)).toBeDefined());
  });

  test.each([
    ['BGRA', VideoBufferType.BGRA, [0, 100, 250, 255]],
    ['RGB24', VideoBufferType.RGB24, [250, 100, 0]],
  ])('in its true colours, also of %s', async (_name, type, pixel) => {
    const session = bench.open();
    const line = await bench.service.line();
    session.pushVideo(frame(pixel, type));
    expect(seen((await line.event('conversation.item.create')).item).colour).toEqual([250, 100, 0]);
  });

  test('of at most 1,024 pixels a side', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    session.pushVideo(frame([1, 2, 3, 255], VideoBufferType.RGBA, 2_048, 1_000));
    expect(seen((await line.event('conversation.item.create')).item)).toMatchObject({ width: 1_024, height: 500 });
  });

  test('one at a time: of what comes meanwhile only the newest follows', async () => {
    await bench.serve({ confirms: false });
    const session = bench.open();
    const line = await bench.service.line();
    for (const red of [10, 20, 30, 40]) session.pushVideo(frame([red, 0, 0, 255]));
    const { item } = await line.event('conversation.item.create');
    line.send({ type: 'conversation.item.added', previous_item_id: null, item });
    const second = await line.event('conversation.item.create', 2);
    expect([seen(item), seen(second.item)].map(({ colour }) => colour[0])).toEqual([10, 40]);
    expect(line.all('conversation.item.create')).toHaveLength(2);
  });

  test('a fresh socket is shown what was seen last, not all that was ever seen', async () => {
    const session = bench.open();
    const first = await bench.service.line();
    session.pushVideo(frame([10, 0, 0, 255]));
    await first.event('conversation.item.create');
    session.pushVideo(frame([20, 0, 0, 255]));
    await first.event('conversation.item.create', 2);
    await bench.clock.advance(6_000);
    first.socket.terminate();
    await next(session, 'connection');
    session.pushVideo(frame([30, 0, 0, 255]));
    await vi.waitFor(() => expect(session.chatCtx.items).toHaveLength(3));
    const second = await bench.replacement();
    expect(seen((await second.event('conversation.item.create')).item).colour[0]).toBe(30);
    await session.updateInstructions('behind it');
    await second.event('session.update', 2);
    expect(second.all('conversation.item.create')).toHaveLength(1);
  });

  test('that the service refuses is told, and the next one is tried', async () => {
    await bench.serve({ confirms: false });
    const session = bench.open();
    const line = await bench.service.line();
    session.pushVideo(frame([10, 0, 0, 255]));
    const { event_id: eventId } = await line.event('conversation.item.create');
    line.fail({ code: 'invalid_value', message: 'this model sees nothing', event_id: eventId });
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    expect(bench.errors).toMatchObject([{ recoverable: true, error: { message: 'this model sees nothing' } }]);
    expect(session.chatCtx.items).toEqual([]);
    session.pushVideo(frame([20, 0, 0, 255]));
    await line.event('conversation.item.create', 2);
  });

  test('after the end nothing happens', async () => {
    const session = bench.open();
    await session.close();
    session.pushVideo(frame([10, 0, 0, 255]));
    expect(session.chatCtx.items).toEqual([]);
  });
});

describe('pictures of the chat context', () => {
  const image = 'data:image/png;base64,iVBORw0KGgo=';

  function picture(options: Parameters<typeof llm.createImageContent>[0]): llm.ChatContext {
    const content = ['Look:', llm.createImageContent(options)];
    return new llm.ChatContext([llm.ChatMessage.create({ id: 'u1', role: 'user', content })]);
  }

  test('may be frames, and say how closely to look', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await session.updateChatCtx(picture({ image: frame([250, 100, 0, 255]), inferenceDetail: 'high' }));
    const { item } = await line.event('conversation.item.create');
    expect(seen(item).colour).toEqual([250, 100, 0]);
    expect(item.content[1].detail).toBe('high');
  });

  test('come back after a reconnect', async () => {
    const session = bench.open();
    const first = await bench.service.line();
    await session.updateChatCtx(picture({ image }));
    const { item } = await (await bench.lose(first)).event('conversation.item.create');
    expect(item.content).toEqual([
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image_url: image },
    ]);
  });

  test('by a link are left out: the Realtime API fetches nothing', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await session.updateChatCtx(picture({ image: 'https://example.com/cat.png' }));
    const { item } = await line.event('conversation.item.create');
    expect(item.content).toEqual([{ type: 'input_text', text: 'Look:' }]);
  });
});
