import type { ServerResponse } from 'node:http';
import { initializeLogger, stt as livekit, type APIConnectOptions, type VAD } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer, type TestServer } from './__fixtures__/http-server.ts';
import { frames, LoudnessVad, type Said } from './__fixtures__/loudness-vad.ts';
import { Scribe, type ScribeStream } from './__fixtures__/scribe.ts';
import { turns, until } from './__fixtures__/until.ts';

const { SpeechEventType } = livekit;
const once: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };

let clock: ManualClock;
let restore: () => void;
let server: TestServer | undefined;
let model: Scribe | undefined;
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
});
afterEach(async () => {
  await model?.close();
  await server?.close();
  restore();
  expect(clock.pending).toBe(0);
});

interface Asked {
  model: string;
  voices: number[];
}

interface Heard {
  stream: ScribeStream;
  events: livekit.SpeechEvent[];
  errors: Parameters<livekit.STTCallbacks['error']>[0][];
  /** What was asked, with the way to answer it. */
  asked: (Asked & { response: ServerResponse })[];
  say(...parts: Said[]): void;
  ended: Promise<void>;
  /** `<` and `>`, transcripts, and `$` for what they cost. */
  story(): string;
}

/** A stream, and a service that answers as the test says; left out: at once, with the names of the voices. */
async function listen(
  answer: ((asked: Asked, response: ServerResponse) => void) | 'nothing' = tell,
  { connOptions = once, vad = new LoudnessVad() }: { connOptions?: APIConnectOptions; vad?: VAD } = {},
): Promise<Heard> {
  const asked: Heard['asked'] = [];
  server = await startHttpServer(({ body }, response) => {
    const request = JSON.parse(body) as Asked;
    asked.push({ ...request, response });
    if (answer !== 'nothing') answer(request, response);
  });
  model = new Scribe(server.url, vad);
  const errors: Heard['errors'] = [];
  model.on('error', (error) => errors.push(error));
  const stream = model.stream({ connOptions });
  const events: livekit.SpeechEvent[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const say: Heard['say'] = (...parts) => frames(...parts).forEach((frame) => stream.pushFrame(frame));
  return { stream, events, errors, asked, say, ended, story: () => events.map(sign).join('') };
}

function tell({ voices }: Asked, response: ServerResponse): void {
  response.end(JSON.stringify({ text: voices.join() }));
}

function refuse(response: ServerResponse | undefined, status: number): void {
  response?.writeHead(status).end('{"error":{"message":"no"}}');
}

function sign({ type, alternatives }: livekit.SpeechEvent): string {
  if (type === SpeechEventType.START_OF_SPEECH) return '<';
  if (type === SpeechEventType.END_OF_SPEECH) return '>';
  return type === SpeechEventType.RECOGNITION_USAGE ? '$' : `${alternatives?.[0].text}.`;
}

/** Somebody says something, and is silent. */
const sentence = (voice: number) => [[voice, 400], [0, 1_000]] as const; // prettier-ignore

describe('BatchSTTStream', () => {
  it('makes one request of each piece of speech, and of LiveKit’s events what AgentSession counts on', async () => {
    const { say, story, events, asked, stream } = await listen();
    const metrics: unknown[] = [];
    model?.on('metrics_collected', (collected) => metrics.push(collected));
    say([0, 1_000], ...sentence(1));
    await until(() => story().endsWith('>'));
    say(...sentence(2));
    await until(() => story().endsWith('2.>'));
    expect([story(), asked.map(({ voices }) => voices)]).toEqual(['<$1.><$2.>', [[1], [2]]]);
    const [first, second] = events.filter(({ type }) => type === SpeechEventType.FINAL_TRANSCRIPT);
    expect(first).toMatchObject({ requestId: 'req 1', alternatives: [{ startTime: 1, endTime: 1.4 }] });
    expect(second).toMatchObject({ requestId: 'req 2', alternatives: [{ startTime: 2.4, endTime: 2.8 }] });
    expect(first?.recognitionUsage).toBeUndefined();
    await until(() => metrics.length === 2);
    expect(metrics).toMatchObject([{ streamed: true, requestId: 'req 1', audioDurationMs: 1_100, inputTokens: 7 }, {}]);
    stream.close();
  });

  it('says when the voice fell silent, of the transcript and of the end', async () => {
    const { say, ended, story, events, asked, stream } = await listen('nothing');
    say([1, 400], [0, 200]);
    const spokenUntil = clock.wallClock() - 200;
    await until(() => asked.length === 1);
    await clock.advance(700);
    expect(story()).toBe('<');
    tell({ model: '', voices: [1] }, (asked[0] as Heard['asked'][number]).response);
    stream.endInput();
    await ended;
    expect(story()).toBe('<$1.>');
    expect(events.flatMap(({ speechEndTime }) => speechEndTime ?? [])).toEqual([spokenUntil, spokenUntil]);
  });

  it('takes the times of the answer, and counts them from where the stream began', async () => {
    const { say, ended, events, stream } = await listen((_asked, response) => response.end('{"text":"w","at":0.5}'));
    stream.startTimeOffset = 100;
    say([0, 2_000], ...sentence(1));
    stream.endInput();
    await ended;
    const [event] = events.filter(({ type }) => type === SpeechEventType.FINAL_TRANSCRIPT);
    expect(event?.alternatives?.[0]).toMatchObject({ startTime: 102, endTime: 103 });
  });

  it('tells an end without words where there were none', async () => {
    const { say, ended, story, stream } = await listen((_asked, response) => response.end('{"text":""}'));
    say(...sentence(1));
    stream.endInput();
    await ended;
    expect(story()).toBe('<$>');
  });

  it('asks for the next sentence while one is answered late, and tells both in order', async () => {
    const { say, ended, story, asked, stream } = await listen('nothing');
    say(...sentence(1), ...sentence(2));
    stream.endInput();
    await until(() => asked.length === 2);
    for (const { voices, response } of asked.toReversed()) {
      tell({ model: '', voices }, response);
      await turns();
    }
    await ended;
    expect(story()).toBe('<$1.$2.>');
  });

  it('leaves a recording to wait, and loses nothing of it', async () => {
    const { say, ended, asked, errors, story, stream } = await listen('nothing');
    const voices = Array.from({ length: 40 }, (_, index) => index + 1);
    for (const voice of voices) say(...sentence(voice));
    stream.endInput();
    for (let answered = 0; answered < voices.length; answered++) {
      await until(() => asked.length > answered);
      await turns();
      // As many as are under way at once, however many sentences there are.
      expect(asked.length).toBeLessThanOrEqual(answered + 3);
      const { voices: said, response } = asked[answered] as Heard['asked'][number];
      tell({ model: '', voices: said }, response);
    }
    await ended;
    expect(story().replaceAll(/[<>$]/g, '')).toBe(voices.map((voice) => `${voice}.`).join(''));
    expect(errors).toEqual([]);
  });

  it('reads no further while many transcripts are owed', async () => {
    const vad = new LoudnessVad();
    const { say, asked, stream } = await listen('nothing', { vad });
    for (let voice = 1; voice <= 40; voice++) say(...sentence(voice));
    await until(() => asked.length === 3);
    await turns();
    // Eight sentences of 1.4 s, and how far a VAD may be behind.
    expect(vad.heardMs).toBeLessThan(8 * 1_400 + 6_000);
    stream.close();
  });

  it('finishes the open piece on flush() and on endInput(), before a VAD would', async () => {
    const { say, ended, story, stream } = await listen();
    say([1, 400]);
    stream.flush();
    await until(() => story() === '<$1.>');
    say([2, 400]);
    stream.endInput();
    await ended;
    expect(story()).toBe('<$1.><$2.>');
  });

  it('ends at once on close(), requests included', async () => {
    const { say, ended, asked, errors, story, stream } = await listen('nothing');
    say(...sentence(1));
    await until(() => asked.length === 1);
    const gone = new Promise((resolve) => asked[0]?.response.on('close', resolve));
    stream.close();
    await Promise.all([ended, gone, stream.settled]);
    expect([story(), errors]).toEqual(['<', []]);
  });

  it('holds options for the pieces that end from then on, a VAD included', async () => {
    const { say, ended, asked, stream } = await listen();
    say(...sentence(1));
    await until(() => asked.length === 1);
    const vad = new LoudnessVad();
    stream.change({ model: 'pen-2', vad });
    say(...sentence(2));
    stream.endInput();
    await ended;
    expect(asked.map(({ model, voices }) => [model, ...voices])).toEqual([['pen-1', 1], ['pen-2', 2]]); // prettier-ignore
    expect(vad.streams.length).toBeGreaterThan(0);
  });

  it('wants a VAD', async () => {
    await listen();
    const deaf = new Scribe('http://127.0.0.1:1', undefined);
    expect(() => deaf.stream()).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});

describe('a piece of speech that fails', () => {
  it('is tried again by itself', async () => {
    let attempts = 0;
    const { say, ended, story, errors, stream } = await listen(
      (asked, response) => (attempts++ === 0 ? refuse(response, 503) : tell(asked, response)),
      { connOptions: { ...once, maxRetry: 1 } },
    );
    say(...sentence(1));
    await until(() => attempts === 1);
    await until(() => clock.pending > 0);
    await clock.advance(1_000);
    stream.endInput();
    await ended;
    expect([story(), attempts, errors]).toEqual(['<$1.>', 2, []]);
  });

  it.each([503, 429, 400, 413])(
    'is one error when it is answered with %i at last, and the next is heard',
    async (status) => {
      const { say, ended, story, errors, asked, stream } = await listen((asked, response) =>
        asked.voices[0] === 1 ? refuse(response, status) : tell(asked, response),
      );
      say(...sentence(1), ...sentence(2));
      stream.endInput();
      await ended;
      expect(story().replace('><', '')).toBe('<$2.>');
      expect(asked).toHaveLength(2);
      expect(errors).toMatchObject([{ recoverable: true, label: 'chatter.Scribe', error: { statusCode: status } }]);
    },
  );

  it('costs no longer than connOptions.timeoutMs', async () => {
    const { say, ended, errors, asked, stream } = await listen('nothing');
    say(...sentence(1));
    stream.endInput();
    await until(() => asked.length === 1);
    await clock.advance(10_000);
    await ended;
    expect(errors).toMatchObject([{ recoverable: true, error: { name: 'APITimeoutError' } }]);
  });

  it('ends the stream with one error, where the next would fail as well, behind what was said before', async () => {
    const { say, ended, story, errors, asked, stream } = await listen('nothing', {
      connOptions: { ...once, maxRetry: 3 },
    });
    say(...sentence(1), ...sentence(2), ...sentence(3));
    await until(() => asked.length === 3);
    refuse(asked[1]?.response, 401);
    refuse(asked[2]?.response, 401);
    await turns();
    expect(errors).toEqual([]);
    tell({ model: '', voices: [1] }, (asked[0] as Heard['asked'][number]).response);
    await ended;
    expect(story()).toBe('<$1.>');
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
    say(...sentence(4));
    await turns();
    expect(asked).toHaveLength(3);
    stream.close();
    await stream.settled;
  });

  it('lets a FallbackAdapter go on elsewhere, if it is the third in a row', async () => {
    const { say, ended, errors, asked, stream } = await listen((_asked, response) => refuse(response, 500));
    for (const voice of [1, 2, 3, 4]) say(...sentence(voice));
    await ended;
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, true, false]);
    stream.close();
  });

  it('is forgotten when the next one is heard', async () => {
    const { say, ended, story, errors, stream } = await listen(({ voices, ...asked }, response) =>
      voices[0] === 3 ? tell({ voices, ...asked }, response) : refuse(response, 500),
    );
    for (const voice of [1, 2, 3, 4, 5]) say(...sentence(voice));
    stream.endInput();
    await ended;
    expect(story()).toContain('3.');
    expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, true, true, true]);
  });
});

describe('a VAD that hears nothing any more is an error and not silence', () => {
  it('when somebody else has closed it', async () => {
    const vad = new LoudnessVad();
    const { errors, ended, stream } = await listen(tell, { vad });
    vad.streams[0]?.close();
    await ended;
    expect(errors).toMatchObject([{ recoverable: false, error: { message: expect.stringMatching(/VAD/) } }]);
    stream.close();
  });

  it('when it has stopped', async () => {
    const { say, errors, ended, stream } = await listen(tell, { vad: new LoudnessVad({ stopsAfter: 50 }) });
    say([0, 10_000]);
    await until(() => clock.pending > 0);
    await turns();
    await clock.advance(10_000);
    await ended;
    expect(errors).toMatchObject([
      { recoverable: false, error: { message: expect.stringMatching(/VAD has stopped/) } },
    ]);
    stream.close();
  });
});
