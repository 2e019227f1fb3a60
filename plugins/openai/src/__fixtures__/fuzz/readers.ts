import { feedFunction, recordedEvents, recordedFrames, type Feed, type Frame, type FuzzTarget } from '@patchbay/conformance/fuzz';
import { decodeJson, Reply, Speech, type JsonMessage } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { ChatReader } from '../../chat/reader.ts';
import { thinkTagsOf } from '../../chat/thinking.ts';
import { routeTo } from '../../endpoint.ts';
import { decodeServerEvent } from '../../realtime/server-events.ts';
import { ResponseReader } from '../../responses/reader.ts';
import { speechDataOf } from '../../stt/answers.ts';
import { resolveListening } from '../../stt/options.ts';
import { Transcription } from '../../stt/wire.ts';
import { speech } from '../../tts/wire.ts';

const where = { apiKey: 'sk-fuzz-0001', baseURL: 'http://127.0.0.1:1/v1' };

/** The functions below the sessions, where frames go through by the hundred thousand. */
export const readerTargets: readonly FuzzTarget[] = [
  {
    name: 'events of the realtime protocols',
    seam: 'function',
    weight: 8,
    recorded: (['realtime', 'live', 'translation'] as const).flatMap((name) => recordedFrames(name, 'server')),
    // It may say that text is none; the session counts how often.
    run: (feed) =>
      feedFunction(feed, decodeServerEvent, {
        isAnswer: (error) => error instanceof TypeError || error instanceof SyntaxError,
      }),
  },
  {
    name: 'chat events',
    seam: 'function',
    weight: 8,
    recorded: [...recordedEvents('chat'), ...recordedEvents('chat-text')],
    run: (feed) => {
      const { connection } = routeTo('chat', where, 'gpt-4.1');
      const begin = (): ChatReader => new ChatReader(reply(), connection, thinkTagsOf('gpt-4.1'));
      let reader = begin();
      return each(feed, (frame) => {
        const before = reader;
        try {
          if (!before.read({ event: feed.random.pick(['message', 'error', '']), data: frame.toString() })) return;
          reader = begin();
          before.end();
        } catch (error) {
          reader = begin();
          throw error;
        }
      });
    },
  },
  {
    name: 'responses events',
    seam: 'function',
    weight: 8,
    recorded: [...recordedFrames('responses', 'server'), ...recordedEvents('responses-http')],
    run: (feed) => {
      const { connection } = routeTo('responses', where, 'gpt-5');
      const begin = (): ResponseReader => new ResponseReader(reply(), connection);
      let reader = begin();
      return each(feed, (frame) => {
        try {
          if (reader.readFrame(frame)) reader = begin();
        } catch (error) {
          reader = begin();
          throw error;
        }
      });
    },
  },
  {
    name: 'transcription events',
    seam: 'function',
    weight: 8,
    recorded: recordedFrames('transcription', 'server'),
    run: (feed) => {
      const { connection } = routeTo('transcription', where, 'gpt-4o-transcribe');
      const wire = new Transcription();
      const options = resolveListening({}, { model: 'gpt-4o-transcribe' }, true);
      const heard = listener();
      return each(feed, (frame) => {
        const message = parse(frame);
        if (message !== undefined) wire.receive(message, heard, { connection, options });
      });
    },
  },
  {
    name: 'batch transcripts',
    seam: 'function',
    weight: 6,
    recorded: (['json', 'verbose_json', 'diarized_json'] as const).flatMap((format) =>
      recordedFrames(`transcription-${format}`, 'server'),
    ),
    run: (feed) => each(feed, (frame) => speechDataOf(parse(frame) ?? {}, 'en')),
  },
  {
    name: 'speech events',
    seam: 'function',
    weight: 6,
    recorded: recordedEvents('speech'),
    run: (feed) => {
      const { receive } = speech(routeTo('speech', where, 'tts-1').connection);
      const sink = { audio: () => {}, usage: () => {} };
      // An event that is no JSON is for its stream to drop.
      return feedFunction(feed, (frame) => receive?.({ event: 'message', data: frame.toString() }, sink), {
        isAnswer: (error) => PatchbayError.is(error) || error instanceof SyntaxError,
      });
    },
  },
];

/** Our own errors are answers; anything else that is thrown is a mistake. */
function each(feed: Feed, read: (frame: Frame) => unknown): Promise<void> {
  return feedFunction(feed, read, { isAnswer: (error) => PatchbayError.is(error) });
}

/** What is no message does not come this far. */
function parse(frame: Frame): JsonMessage | undefined {
  try {
    return decodeJson(frame);
  } catch {
    return undefined;
  }
}

function reply(): Reply {
  return new Reply({ put: () => {} }, new AbortController().signal);
}

function listener(): Speech {
  return new Speech({
    emit: () => {},
    language: () => 'en',
    secondsAt: (ms) => ms / 1_000,
    ageMs: () => 0,
    wallClock: () => 0,
    sentMs: () => 0,
    settled: () => {},
    quiet: () => {},
    expect: () => ({ touch: () => {}, met: () => {} }),
  });
}
