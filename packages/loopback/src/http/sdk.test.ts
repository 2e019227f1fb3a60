import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdks } from '../__fixtures__/sdks.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const weatherTool = {
  name: 'get_weather',
  description: 'Tomorrow’s weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 }, keys: ['sk-test'] });
});
afterAll(() => cloud.close());

describe.each(sdks)('$name over HTTP', ({ OpenAI }) => {
  const sdk = (apiKey = 'sk-test'): InstanceType<typeof OpenAI> =>
    new OpenAI({ apiKey, baseURL: cloud.url, maxRetries: 0 });

  it('lists models and misses one', async () => {
    const page = await sdk().models.list();
    expect(page.data.map((model) => model.id)).toContain('gpt-realtime');
    expect(await sdk().models.retrieve('tts-1')).toMatchObject({ id: 'tts-1', object: 'model' });
    await expect(sdk().models.retrieve('gpt-0')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('is refused with a wrong key', async () => {
    await expect(sdk('sk-wrong').models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  it('holds a chat with a tool call, whole', async () => {
    const messages = [{ role: 'user' as const, content: 'What is the weather in Paris?' }];
    const tools = [{ type: 'function' as const, function: weatherTool }];
    const asked = await sdk().chat.completions.create({ model: 'gpt-5-mini', messages, tools });
    const [choice] = asked.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    const call = choice?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } });

    const answered = await sdk().chat.completions.create({
      model: 'gpt-5-mini',
      tools,
      messages: [
        ...messages,
        choice!.message,
        { role: 'tool', tool_call_id: call!.id, content: [{ type: 'text', text: 'Sunny all day.' }] },
      ],
    });
    expect(answered.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Sunny all day.' } });
    expect(answered.usage?.total_tokens).toBeGreaterThan(4);
    expect(answered._request_id).toMatch(/^req_/);
  });

  it('streams a chat word by word, with the usage last', async () => {
    const stream = await sdk().chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'one two three' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    let last;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
      last = chunk;
    }
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe('You said: one two three');
    expect(last).toMatchObject({ choices: [], usage: { completion_tokens: 6 } });
  });

  it('makes as many choices as are asked for, whole and streamed', async () => {
    const messages = [{ role: 'user' as const, content: 'one two' }];
    const asked = { model: 'gpt-5-mini', messages, n: 3 };
    const whole = await sdk().chat.completions.create(asked);
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual(
      [0, 1, 2].map((index) => [index, 'You said: one two']),
    );
    expect(whole.usage).toMatchObject({ completion_tokens: 15 });
    const stream = await sdk().chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', '', ''];
    const finished: number[] = [];
    let usage: unknown;
    for await (const { choices, usage: told } of stream) {
      usage = told;
      for (const { index, delta, finish_reason } of choices) {
        texts[index] += delta.content ?? '';
        if (finish_reason !== null) finished.push(index);
      }
    }
    expect([texts, finished.sort()]).toEqual([Array(3).fill('You said: one two'), [0, 1, 2]]);
    expect(usage).toMatchObject({ completion_tokens: 15 });
  });

  it.each([
    [0, 'integer_below_min_value', /Expected a value >= 1, but got 0/],
    [129, 'integer_above_max_value', /Expected a value <= 128, but got 129/],
    [1.5, 'invalid_type', /expected an integer/],
  ])('refuses to make %s choices', async (n, code, message) => {
    const asked = sdk().chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'Hi' }],
      n,
    });
    await expect(asked).rejects.toMatchObject({
      status: 400,
      param: 'n',
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('streams a tool call in two pieces', async () => {
    const runner = sdk().chat.completions.stream({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', function: weatherTool }],
    });
    const message = await runner.finalMessage();
    expect(message.tool_calls).toMatchObject([{ function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }]);
  });

  it('is told by the last event that a chat broke off', async () => {
    const broken = await startLoopback({
      voice: 'plain',
      pace: { firstTokenMs: 0, tokenMs: 0 },
      mind: {
        async *reply() {
          yield { type: 'text', text: 'Well' };
          throw new Error('lost the thread');
        },
      },
    });
    const client = new OpenAI({ apiKey: 'k', baseURL: broken.url, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'go on' }];
    const read = async (): Promise<void> => {
      const stream = await client.chat.completions.create({ model: 'gpt-5-mini', messages, stream: true });
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toMatchObject({ error: { message: 'lost the thread', code: 'server_error' } });
    const whole = client.chat.completions.create({ model: 'gpt-5-mini', messages });
    await expect(whole).rejects.toMatchObject({ status: 500, code: 'server_error' });
    await broken.close();
  });

  it('holds a conversation over Responses, whole and streamed', async () => {
    const client = sdk();
    const first = await client.responses.create({ model: 'gpt-5-mini', input: 'my name is Ada' });
    expect(first.output_text).toBe('You said: my name is Ada');
    const stream = client.responses.stream({ model: 'gpt-5-mini', input: 'bye', previous_response_id: first.id });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    const second = await stream.finalResponse();
    expect(types[0]).toBe('response.created');
    expect(types.at(-1)).toBe('response.completed');
    expect(second.output_text).toBe('You are welcome. Goodbye!');
    expect(second.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens + first.usage!.output_tokens);

    expect((await client.responses.retrieve(first.id)).output_text).toBe('You said: my name is Ada');
    await client.responses.delete(first.id);
    await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    const lost = client.responses.create({ model: 'gpt-5-mini', input: 'hm', previous_response_id: first.id });
    await expect(lost).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });
  });

  it('reads back what it had spoken, from PCM in a WAV of its own and from a streamed WAV', async () => {
    const client = sdk();
    const spoken = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Meet me at noon.' } as const;
    const streamed = await client.audio.speech.create({ ...spoken, response_format: 'wav' });
    const wav = Buffer.from(await streamed.arrayBuffer());
    expect(wav.readUInt32LE(40)).toBe(0xffff_ffff);
    const pcm = await client.audio.speech.create({ ...spoken, response_format: 'pcm' });
    expect(pcm.headers.get('content-type')).toBe('audio/pcm');
    expect(Buffer.from(await pcm.arrayBuffer())).toEqual(wav.subarray(44));

    const file = (): File => new File([wav], 'noon.wav', { type: 'audio/wav' });
    const { transcriptions } = client.audio;
    const json = await transcriptions.create({ model: 'gpt-4o-transcribe', file: file() });
    expect(json).toMatchObject({ text: 'Meet me at noon.', usage: { type: 'tokens' } });
    const text = await transcriptions.create({ model: 'gpt-4o-transcribe', file: file(), response_format: 'text' });
    expect(text).toBe('Meet me at noon.\n');
    const verbose = await transcriptions.create({ model: 'whisper-1', file: file(), response_format: 'verbose_json' });
    expect(verbose).toMatchObject({ text: 'Meet me at noon.', language: 'english', segments: [{ id: 0, start: 0 }] });
    expect(verbose.duration).toBeCloseTo((wav.length - 44) / 48_000, 3);
    const events = await transcriptions.create({ model: 'gpt-4o-transcribe', file: file(), stream: true });
    const types: string[] = [];
    for await (const event of events) types.push(event.type);
    expect(types.at(-1)).toBe('transcript.text.done');
    const wrong = transcriptions.create({ model: 'gpt-4o-transcribe', file: file(), response_format: 'verbose_json' });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'response_format' });
  });

  it('gets speech as events', async () => {
    const answer = await sdk().audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: 'Hi.',
      response_format: 'pcm',
      stream_format: 'sse',
    });
    const events = (await answer.text())
      .split('\n\n')
      .filter(Boolean)
      .map((block): { type: string } => JSON.parse(block.replace(/^data: /, '')) as { type: string });
    expect(events[0]?.type).toBe('speech.audio.delta');
    expect(events.at(-1)).toMatchObject({ type: 'speech.audio.done', usage: { input_tokens: 1 } });
  });

  it('is told what is missing or not made here', async () => {
    const client = sdk();
    const mp3 = client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi.' });
    await expect(mp3).rejects.toMatchObject({
      status: 400,
      param: 'response_format',
      message: expect.stringMatching(
        /does not make 'mp3', the default: set response_format to pcm, wav or flac/,
      ) as string,
    });
    const silent = client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: '', response_format: 'pcm' });
    await expect(silent).rejects.toMatchObject({ status: 400, param: 'input' });
    const unnamed = client.responses.create({ input: 'no model' });
    await expect(unnamed).rejects.toMatchObject({ status: 400, code: 'missing_required_parameter', param: 'model' });
    const noise = new File([Buffer.from('ID3 not a wav')], 'a.mp3');
    const unread = client.audio.transcriptions.create({ model: 'whisper-1', file: noise });
    await expect(unread).rejects.toMatchObject({ status: 400, param: 'file' });
  });
});
