import { expect, it } from 'vitest';
import { byPlugin, columnsOf } from './results.ts';

it('each plugin has a table of its own, whose columns do not repeat its name', () => {
  const subjects = ['deepgram.STT (realtime)', 'openai.STT (realtime)', 'openai.responses.LLM (HTTP)'];
  expect(byPlugin(subjects)).toEqual([
    ['deepgram', ['deepgram.STT (realtime)']],
    ['openai', ['openai.STT (realtime)', 'openai.responses.LLM (HTTP)']],
  ]);
  expect(columnsOf(subjects.slice(1))).toEqual(['STT (realtime)', 'responses.LLM (HTTP)']);
});
