import { gateways, type GatewayRow } from '@patchbay/ws-url';
import { expect, it } from 'vitest';
import { STT } from './stt/stt.ts';
import { TTS } from './tts/tts.ts';

const route = { model: 'url', models: { form: /^@house\//, such: ['@house/ears'] }, source: 'this test' } as const;
const row: GatewayRow = {
  ...{ name: 'house', title: 'House', base: 'https://house.example.com', key: 'optional' },
  routes: { transcription: route, transcriptions: route, speech: route },
};
const gateway = gateways.custom(row)();

it.each([
  ['STT', new STT({ gateway, model: '@house/one' })],
  ['STT over HTTP', new STT({ gateway, model: '@house/one', useRealtime: false })],
  ['TTS', new TTS({ gateway, model: '@house/one' })],
])('a model that construction refuses behind a gateway is refused by updateOptions of %s', async (_name, model) => {
  expect(() => new STT({ gateway, model: 'whisper-1' })).toThrow(/own names, such as '@house\/ears'/);
  expect(() => model.updateOptions({ model: 'whisper-1' })).toThrow(/own names, such as '@house\/ears'/);
  expect(model.model).toBe('@house/one');
  model.updateOptions({ model: '@house/two' });
  expect(model.model).toBe('@house/two');
  await model.close();
});
