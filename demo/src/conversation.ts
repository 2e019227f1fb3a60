import { voice } from '@livekit/agents';
import type { Listener, Speech } from '@patchbay/loopback';
import { CallerLine } from './audio-in.ts';
import { CallerSpeaker, type Playback } from './audio-out.ts';
import type { Models } from './cast.ts';
import type { Fire } from './fire/fire.ts';
import { countSamples, locateTruncation, readBack, voicedLength } from './hearing.ts';
import type { SpeechSent, Truncation } from './hearing.ts';
import { words, type Conversation, type Mode, type Turn } from './record.ts';
import { Recorder } from './recorder.ts';
import { createAgent, type Step } from './script.ts';
import { answerTo, race, sleep, until } from './waiting.ts';

export type Progress =
  | { what: 'speaking' | 'understood' | 'tool' | 'replying' | 'replied' | 'attacked' | 'survived'; turn: Turn }
  | { what: 'trouble'; error: Error };

/** Silence before the first phrase and after every answer. */
const pauseMs = 500;

export interface Staging {
  mode: Mode;
  models: Models;
  script: readonly Step[];
  /** The caller's phrases, spoken beforehand. */
  phrases: readonly Speech[];
  /** Reads back what the caller hears; without one nobody checks. */
  listener?: Listener;
  onProgress: (progress: Progress) => void;
  /** What the service was told to cut, as far as that is known. */
  truncations: () => readonly Truncation[];
  /** What the service has sent, where it can be counted. */
  speechSent?: readonly SpeechSent[];
  /** Lets the script's attacks happen. Default: nothing goes wrong. */
  fire?: Fire;
  /** Aborts a conversation that hangs. */
  signal: AbortSignal;
}

/** Holds one conversation through a real AgentSession, in real time. Rejects when the session fails or `signal` aborts. */
export async function converse({
  mode,
  models,
  script,
  phrases,
  listener,
  onProgress,
  truncations,
  speechSent,
  fire,
  signal,
}: Staging): Promise<Conversation> {
  const line = new CallerLine();
  const recorder = new Recorder(
    () => line.startedAt,
    (turn, what) => onProgress({ what, turn }),
  );
  const playbacks: Playback[] = [];
  const speaker = new CallerSpeaker(
    (played) => listener && readBack(listener, played),
    (playback, heard) => {
      playbacks.push(playback);
      recorder.played(playback, heard);
    },
  );
  const session = new voice.AgentSession({
    ...models,
    aecWarmupDuration: null,
    userAwayTimeout: null,
    turnHandling: {
      turnDetection: mode === 'pipeline' ? 'vad' : 'realtime_llm',
      interruption: { mode: 'vad', resumeFalseInterruption: false },
    },
  });
  session.input.audio = line;
  session.output.audio = speaker;
  session.output.transcription = textSink((text) => recorder.wrote(text));
  recorder.watch(session);
  fire?.watch(session, models);

  // The first thing that goes wrong for good ends the conversation; nothing waits beside it.
  const ended = new AbortController();
  const end = (error: Error): void => ended.abort(error);
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const cause = 'error' in error ? error.error : error;
    // Under fire a reply may be lost for good, which ends the reply; what ends the session is told below.
    if (fire || ('recoverable' in error && error.recoverable)) onProgress({ what: 'trouble', error: cause });
    else end(cause);
  });
  const closed = ({ error, reason }: voice.CloseEvent): void =>
    end((error && 'error' in error ? error.error : error) ?? new Error(`The session closed: ${reason}`));
  session.on(voice.AgentSessionEventTypes.Close, closed);
  const over = AbortSignal.any([ended.signal, signal]);

  try {
    await race(session.start({ agent: createAgent((call, startedAt) => recorder.toolCalled(call, startedAt)) }), over);
    line.begin();
    await race(sleep(pauseMs), over);
    for (const [index, step] of script.entries()) {
      const { samples } = phrases[index]!;
      const voicedMs = voicedLength(samples);
      const turn = recorder.startTurn(step.say, voicedMs);
      onProgress({ what: 'speaking', turn });
      if (fire) {
        const pauseMs = fire.begin(turn, step);
        onProgress({ what: 'attacked', turn });
        await race(sleep(pauseMs), over);
      }
      turn.saidFrom = await race(line.say(samples), over);
      turn.saidTo = turn.saidFrom + voicedMs;
      if (step.interruptAfterMs === undefined) {
        const whole = step.attack?.cuts ? undefined : step.answer;
        const answered = (): boolean =>
          playbacks.some(({ startedAt, interrupted }) => startedAt >= line.startedAt + turn.saidTo && !interrupted) &&
          (whole === undefined || words(turn.heard ?? '').endsWith(whole));
        await race(
          until(session, speaker, () => answered() && session.agentState === 'listening'),
          over,
          answerTo(step.say, fire ? 'underFire' : 'calm'),
        );
        await race(sleep(pauseMs), over);
      } else {
        await race(
          until(session, speaker, () => speaker.speakingSince !== undefined),
          over,
          answerTo(step.say, fire ? 'underFire' : 'calm'),
        );
        await race(sleep(step.interruptAfterMs), over);
      }
      if (fire) onProgress({ what: 'survived', turn });
    }
    fire?.end();
    for (const turn of recorder.turns) locateTruncation(turn, truncations(), playbacks, line.startedAt, listener);
    if (speechSent) countSamples(recorder.turns, speechSent, playbacks, line.startedAt);
    return recorder.conversation(mode, line.recording());
  } finally {
    fire?.end();
    line.hangUp();
    session.off(voice.AgentSessionEventTypes.Close, closed);
    await session.close();
    await line.close();
  }
}

/** What the session says before it is spoken. Its class is not exported, its shape is. */
function textSink(write: (text: string) => void): voice.AgentSession['output']['transcription'] {
  const sink = {
    captureText: async (text: string | { text: string }) => write(typeof text === 'string' ? text : text.text),
    flush() {},
    onAttached() {},
    onDetached() {},
  };
  return sink;
}
