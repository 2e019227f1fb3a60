import { listenToScript, until } from '@patchbay/conformance/testing';
import { expect, it } from 'vitest';
import { STT } from './stt.ts';

const translating = (url: string): STT =>
  new STT({ apiKey: 'k', baseUrl: url, translation: { type: 'one_way', targetLanguage: 'es' } });
const original = (text: string, startMs: number): object => ({
  ...{ text, start_ms: startMs, end_ms: startMs + 400, is_final: true },
  ...{ translation_status: 'original', language: 'en' },
});
const translation = (text: string): object => ({
  ...{ text, is_final: true },
  ...{ translation_status: 'translation', language: 'es' },
});

it('what was final and not translated when the connection broke is heard again, and lost by nobody', async () => {
  const { hearing, clock, sockets, speak } = await listenToScript(translating);
  speak(2_000);
  await until(() => sockets[0]!.heardMs === 2_000);
  const say = (...tokens: object[]): void => sockets[0]!.say({ tokens, total_audio_proc_ms: 1_600 });
  say(original('Hello.', 0), translation('Hola.'));
  say(original(' Where', 400), original(' to?', 800));
  await until(() => hearing.story().startsWith('<'));
  sockets[0]!.socket.terminate();
  await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
  await clock.advance(1_000);
  await until(() => sockets[1]?.heardMs === 1_600);
  expect(await hearing.finals(1)).toEqual(['Hola.']);
  expect(hearing.connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
});

it('a word of a translation that is said twice is told twice, and a message that comes twice is told once', async () => {
  const { hearing, sockets, speak } = await listenToScript(translating);
  speak(1_000);
  await until(() => sockets[0]!.heardMs === 1_000);
  const say = (processedMs: number, ...tokens: object[]): void =>
    sockets[0]!.say({ tokens, total_audio_proc_ms: processedMs });
  say(300, original('Muy', 0), translation('very'));
  say(400, translation(' very'));
  say(500, translation(' very'));
  say(500, translation(' very'));
  say(600, translation(' good'), { text: '<end>', is_final: true });
  expect(await hearing.finals(1)).toEqual(['very very very good']);
});
