import { llm, voice } from '@livekit/agents';
import type { metrics } from '@livekit/agents';
import type { Playback } from './audio-out.ts';
import { sampleRate, words, type Conversation, type Mark, type Mode, type ToolCall, type Turn } from './record.ts';

const { AgentSessionEventTypes: Events } = voice;

/** Watches a session and writes down what belongs to which phrase of the caller. */
export class Recorder {
  readonly turns: Turn[] = [];
  readonly #marks: Mark[] = [];
  readonly #playbacks: Playback[] = [];
  readonly #lineStartedAt: () => number;
  readonly #onChange: (turn: Turn, what: 'understood' | 'tool' | 'replying' | 'replied') => void;
  /** The turn whose transcript came last: what the agent remembers next belongs to it. */
  #answering: Turn | undefined;
  #userSpeakingFrom: number | undefined;
  #agentState: { name: string; from: number } | undefined;

  constructor(
    lineStartedAt: () => number,
    onChange: (turn: Turn, what: 'understood' | 'tool' | 'replying' | 'replied') => void,
  ) {
    this.#lineStartedAt = lineStartedAt;
    this.#onChange = onChange;
  }

  watch(session: voice.AgentSession): void {
    session.on(Events.UserInputTranscribed, ({ transcript, isFinal, createdAt }) => {
      this.#marks.push({
        lane: 'transcript',
        kind: isFinal ? 'final' : 'interim',
        from: this.#time(createdAt),
        label: transcript,
      });
    });
    session.on(Events.UserStateChanged, ({ newState, createdAt }) => {
      if (newState === 'speaking') this.#userSpeakingFrom = this.#time(createdAt);
      else if (this.#userSpeakingFrom !== undefined) {
        this.#marks.push({
          lane: 'caller',
          kind: 'speaking',
          from: this.#userSpeakingFrom,
          to: this.#time(createdAt),
          label: 'speaking',
        });
        this.#userSpeakingFrom = undefined;
      }
    });
    session.on(Events.AgentStateChanged, ({ newState, createdAt }) => {
      const { name, from } = this.#agentState ?? {};
      if ((name === 'thinking' || name === 'speaking') && from !== undefined) {
        this.#marks.push({ lane: 'agent', kind: name, from, to: this.#time(createdAt), label: name });
      }
      this.#agentState = { name: newState, from: this.#time(createdAt) };
    });
    session.on(Events.ConversationItemAdded, ({ item, createdAt }) => {
      if (item instanceof llm.ChatMessage) this.#remember(item, this.#time(createdAt));
    });
    session.on(Events.MetricsCollected, ({ metrics }) => this.#measure(metrics));
  }

  /** The caller says this now, and has said it after `milliseconds`. */
  startTurn(said: string, milliseconds: number): Turn {
    const now = this.#time(Date.now());
    const turn: Turn = {
      said,
      saidFrom: now,
      saidTo: now + milliseconds,
      understood: '',
      wrote: '',
      remembered: '',
      playedFrom: NaN,
      playedTo: NaN,
      playedMs: 0,
      interrupted: false,
    };
    this.turns.push(turn);
    return turn;
  }

  toolCalled(call: Omit<ToolCall, 'from' | 'to'>, startedAt: number): void {
    const turn = this.#current(this.#time(startedAt));
    if (!turn) return;
    turn.tool = { ...call, from: this.#time(startedAt), to: this.#time(Date.now()) };
    this.#marks.push({
      lane: 'tool',
      kind: 'work',
      from: turn.tool.from,
      to: turn.tool.to,
      label: `${call.name}(${call.arguments})`,
    });
    this.#onChange(turn, 'tool');
  }

  /** The agent wrote this, and it is going to be spoken. */
  wrote(text: string): void {
    const turn = this.#current(this.#time(Date.now()));
    if (!turn) return;
    turn.wrote += text;
    this.#onChange(turn, 'replying');
  }

  played(playback: Playback, heard: string | undefined): void {
    this.#playbacks.push(playback);
    const turn = this.#current(this.#time(playback.startedAt));
    if (!turn) return;
    if (Number.isNaN(turn.playedFrom)) turn.playedFrom = this.#time(playback.startedAt);
    turn.playedTo = this.#time(playback.endedAt);
    turn.playedMs += (playback.played.length / sampleRate) * 1000;
    turn.interrupted = playback.interrupted;
    if (heard !== undefined) turn.heard = words(`${turn.heard ?? ''} ${heard}`);
    this.#onChange(turn, 'replied');
  }

  conversation(mode: Mode, caller: Int16Array): Conversation {
    const agent = new Int16Array(caller.length);
    for (const { startedAt, played } of this.#playbacks) {
      const offset = Math.max(0, Math.round((this.#time(startedAt) / 1000) * sampleRate));
      agent.set(played.subarray(0, Math.max(0, agent.length - offset)), Math.min(offset, agent.length));
    }
    const unheard = this.#playbacks
      .filter(({ interrupted }) => interrupted)
      .map(({ endedAt, played, received }) => ({
        from: this.#time(endedAt),
        samples: received.subarray(played.length),
      }));
    return { mode, turns: this.turns, marks: this.#marks, caller, agent, unheard };
  }

  #time(epochMs: number): number {
    return epochMs - this.#lineStartedAt();
  }

  /** The last phrase that had been said by then. */
  #current(time: number): Turn | undefined {
    return this.turns.findLast(({ saidTo }) => saidTo <= time);
  }

  #remember(message: llm.ChatMessage, time: number): void {
    const text = message.textContent ?? '';
    if (message.role === 'user') {
      const turn = this.turns.findLast(({ saidFrom }) => saidFrom <= time);
      if (!turn) return;
      turn.understood = words(`${turn.understood} ${text}`);
      this.#answering = turn;
      this.#onChange(turn, 'understood');
    } else if (message.role === 'assistant' && this.#answering) {
      this.#answering.remembered = words(`${this.#answering.remembered} ${text}`);
    }
  }

  #measure(collected: metrics.AgentMetrics): void {
    const at = (
      lane: Mark['lane'],
      startedAt: number,
      firstMs: number,
      durationMs: number,
      waiting: string,
      working: string,
    ): void => {
      const from = this.#time(startedAt);
      if (firstMs < 0) return;
      this.#marks.push({ lane, kind: 'wait', from, to: from + firstMs, label: waiting });
      this.#marks.push({ lane, kind: 'work', from: from + firstMs, to: from + durationMs, label: working });
    };
    if (collected.type === 'llm_metrics') {
      at(
        'model',
        collected.timestamp - collected.durationMs,
        collected.ttftMs,
        collected.durationMs,
        'first token',
        'tokens',
      );
    } else if (collected.type === 'tts_metrics') {
      at(
        'speech',
        collected.timestamp - collected.durationMs,
        collected.ttfbMs,
        collected.durationMs,
        'first sound',
        'sound',
      );
    } else if (collected.type === 'realtime_model_metrics') {
      at('model', collected.timestamp, collected.ttftMs, collected.durationMs, 'first sound', 'sound');
    }
  }
}
