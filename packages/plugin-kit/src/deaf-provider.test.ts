import { describe, expect, it } from 'vitest';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useListening();

/** Pushes sound in steps of half a second, while the clock goes on, until something is so. Returns how much it was. */
async function hum(
  stream: { pushFrame(sound: ReturnType<typeof frame>): void },
  isEnough: (milliseconds: number) => boolean,
): Promise<number> {
  let passed = 0;
  for (; !isEnough(passed); passed += 500) {
    if (passed > 300_000) throw new Error('never');
    stream.pushFrame(frame(3_000, 500));
    await turns();
    await room.clock.advance(500);
  }
  return passed;
}

const questions = (messages: readonly { type: string }[]): number =>
  messages.filter(({ type }) => type === 'are you there').length;

describe('a provider that hears nothing, however well it answers pings', () => {
  it('is asked for a sign of life, and left without the loss of a word', async () => {
    const { stream, story, errors, connection } = await room.listen();
    const first = await room.server.socket(0);
    const hummedMs = await hum(stream, () => questions(first.messages) === 1);
    expect(hummedMs).toBeLessThan(6_000);
    await room.clock.advance(8_000);
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === hummedMs * 16);
    second.send({ type: 'text', id: 'a', text: 'all of it' });
    await until(() => story().includes('all of it.'));
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is left although noise has been going on for long, and what nobody will hear is told', async () => {
    const { stream, connection } = await room.listen({ onMessage: answerTwice() });
    const first = await room.server.socket(0);
    const answeredMs = await hum(stream, () => questions(first.messages) === 2);
    const deafMs = await hum(stream, () => connection.some(({ type }) => type === 'reconnecting'));
    expect(questions(first.messages)).toBe(3);
    await room.clock.advance(1_000);
    await room.server.socket(1);
    await until(() => connection.some(({ type }) => type === 'audio-dropped'));
    const [dropped] = connection.filter(({ type }) => type === 'audio-dropped') as { droppedMs: number }[];
    // Everything behind the last answer but the 15 s that are said again, give or take a step.
    expect(dropped!.droppedMs - (deafMs - 15_000)).toBeGreaterThan(-2_000);
    expect(dropped!.droppedMs - (deafMs - 15_000)).toBeLessThan(2_000);
    expect(dropped!.droppedMs).toBeLessThan(answeredMs + deafMs - 15_000);
  });

  it('is asked ever more rarely while it answers', async () => {
    const { stream, connection } = await room.listen({
      onMessage: ({ type }, socket) => void (type === 'are you there' && socket.send({ type: 'here' })),
    });
    const first = await room.server.socket(0);
    await hum(stream, (milliseconds) => milliseconds >= 120_000);
    expect(questions(first.messages)).toBeLessThan(7);
    expect(questions(first.messages)).toBeGreaterThan(3);
    expect(connection.map(({ type }) => type)).not.toContain('reconnecting');
  });

  it('is not asked while nothing is loud', async () => {
    const { stream } = await room.listen({}, quick);
    const first = await room.server.socket(0);
    for (let second = 0; second < 30; second++) {
      const silence = frame(0, 1_000);
      silence.data.fill(0);
      stream.pushFrame(silence);
      await turns();
      await room.clock.advance(1_000);
    }
    expect(questions(first.messages)).toBe(0);
  });
});

function answerTwice(): (message: { type: string }, socket: { send(message: { type: string }): void }) => void {
  let answers = 0;
  return ({ type }, socket) => {
    if (type === 'are you there' && ++answers <= 2) socket.send({ type: 'here' });
  };
}
