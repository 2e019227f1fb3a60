import type { Timer } from '../clock.ts';
import type { Cloud, Turn } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { bytesPerMs, decodeBase64, decodeSamples, encodeSamples, sampleRateOf } from '../realtime/audio.ts';
import { countTokens } from '../responses/think.ts';
import { Backend } from './backend.ts';
import type { Channel } from './channel.ts';
import type { AppendKind, CloseReason, Delegation, LiveSettings, Send, ServerEvent } from './events.ts';
import { Listening } from './listening.ts';
import { Mouth } from './mouth.ts';
import { tooLong, updateDelegation } from './settings.ts';
import { Speaker } from './speaker.ts';

/** Audio goes in and out in pieces of this length (timbal-ai/timbal#174). */
const STEP_MS = 100;
const MAX_APPEND_TOKENS = 500;
/** How often usage is told is not documented. */
const USAGE_EVERY_MS = 10_000;
/** Tokens of context per second of audio, and how many there may be: invented, the service tells a ratio only. */
const CONTEXT = { perSecond: 20, limit: 128_000 };

/** What a session leaves behind for a fork. */
export interface Snapshot {
  settings: LiveSettings;
  turns: readonly Turn[];
}

/**
 * One Live session. Its time is its input: it speaks only while audio comes in (livekit/agents#7239, measured), one
 * step out for each step in, silence included.
 */
export class LiveSession {
  readonly #cloud: Cloud;
  readonly #primary: Channel;
  readonly #observers = new Set<Channel>();
  readonly #turns: Turn[];
  readonly #instructions: string[] = [];
  readonly #listening: Listening;
  readonly #mouth: Mouth;
  readonly #speaker: Speaker;
  readonly #backend: Backend;
  readonly #delegations = new Set<string>();
  readonly #expiry: Timer;
  readonly #ended: () => void;
  #settings: LiveSettings;
  #acknowledgement: Timer | undefined;
  /** What the backend has not been told yet. */
  #newTurns: Turn[];
  #input: Buffer = Buffer.alloc(0);
  #timeMs = 0;
  #muted = false;
  #closed = false;

  constructor(cloud: Cloud, channel: Channel, { settings, turns }: Snapshot, lifeMs: number, ended: () => void) {
    this.#cloud = cloud;
    this.#primary = channel;
    this.#settings = settings;
    this.#turns = [...turns];
    this.#newTurns = [...turns];
    this.#ended = ended;
    const { format, output } = settings.audio;
    const sampleRate = sampleRateOf(format);
    this.#mouth = new Mouth(sampleRate);
    this.#speaker = new Speaker({
      cloud,
      mouth: this.#mouth,
      model: settings.model,
      voice: typeof output.voice === 'string' ? output.voice : output.voice.id,
      sampleRate,
      delegate: () => this.#delegate(),
    });
    this.#listening = new Listening(cloud.ear, sampleRate, {
      onSpeechStarted: () => {
        cloud.tell('listening', 'speech-started', { atMs: this.#timeMs });
        this.#speaker.stop();
      },
      onText: (delta, start_ms, end_ms) =>
        this.#send({ type: 'session.input_transcript.delta', delta, start_ms, end_ms }),
      onTurn: (text) => this.#heard(text),
    });
    this.#backend = new Backend({
      cloud,
      send: (event) => this.#send(event),
      settings: () => {
        const { delegation } = this.#settings;
        return delegation.type === 'responses' ? delegation.responses : { model: '' };
      },
      tell: (text) => this.#speaker.tell(text),
    });
    this.#expiry = cloud.clock.setTimer(() => this.#finish('expired'), lifeMs);
  }

  get snapshot(): Snapshot {
    return { settings: this.#settings, turns: [...this.#turns] };
  }

  start(clientEventId?: string): void {
    this.#send({ type: 'session.started', session: this.#settings }, clientEventId);
  }

  /** Somebody listens beside the line. Returns how to stop. */
  attach(channel: Channel): () => void {
    this.#observers.add(channel);
    return () => void this.#observers.delete(channel);
  }

  /** A command that was read and found well formed; throws the service's complaint. */
  receive(event: JsonObject): void {
    if (this.#closed) return;
    const id = stringOf(event.event_id);
    switch (event.type) {
      case 'session.start':
        throw invalidRequest('The session has already started.', { code: 'session_already_started' });
      case 'session.update':
        return this.#update(objectOf(event.session), id);
      case 'session.input_audio.append':
        return this.#append(decodeBase64(event.audio, 'audio'));
      case 'session.input_audio.mute':
      case 'session.input_audio.unmute':
        this.#muted = event.type === 'session.input_audio.mute';
        return this.#send({ type: this.#muted ? 'session.input_audio.muted' : 'session.input_audio.unmuted' }, id);
      case 'session.instructions.append':
        return this.#appendContext('instructions', event, id);
      case 'session.thinking.append':
        return this.#appendContext('thinking', event, id);
      case 'session.commentary.append':
        return this.#appendContext('commentary', event, id);
      case 'response.item.create':
        this.#requireResponses();
        return this.#backend.addItem(objectOf(event.item));
      case 'response.create':
        this.#requireResponses();
        return this.#backend.create();
      default:
        return this.#finish('close_requested', id);
    }
  }

  /** The line is gone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#expiry.cancel();
    this.#acknowledgement?.cancel();
    this.#speaker.stop();
    this.#backend.close();
    this.#listening.close();
    this.#ended();
  }

  readonly #send: Send = (event, clientEventId) => {
    this.#primary.send(event, clientEventId);
    for (const observer of this.#observers) observer.send(event, clientEventId);
  };

  #finish(reason: CloseReason, clientEventId?: string): void {
    this.#send({ type: 'session.closed', reason, session: this.#settings, usage: this.#usage }, clientEventId);
    for (const channel of [this.#primary, ...this.#observers]) channel.close(1000, reason);
    this.close();
  }

  #update({ delegation }: JsonObject, clientEventId: string | undefined): void {
    if (delegation) this.#settings = updateDelegation(this.#settings, delegation as Delegation);
    this.#send({ type: 'session.updated', session: this.#settings }, clientEventId);
  }

  // Time.

  #append(audio: Buffer): void {
    const { format } = this.#settings.audio;
    const stepBytes = STEP_MS * bytesPerMs(format);
    let input = Buffer.concat([this.#input, audio]);
    for (; input.length >= stepBytes; input = input.subarray(stepBytes)) this.#step(input.subarray(0, stepBytes));
    this.#input = input;
  }

  #step(bytes: Buffer): void {
    const { format } = this.#settings.audio;
    const startMs = this.#timeMs;
    this.#timeMs += STEP_MS;
    const heard = decodeSamples(bytes, format);
    const said = this.#mouth.step(heard.length);
    this.#reflect({ type: 'session.input_audio.append', audio: plainPCM(heard) });
    this.#listening.push(this.#muted ? new Int16Array(heard.length) : heard, this.#timeMs);
    for (const { text, startMs: from, endMs: to } of said.words) {
      this.#said(text);
      const span = { start_ms: Math.round(startMs + from), end_ms: Math.round(startMs + to) };
      this.#send({ type: 'session.output_transcript.delta', delta: text, ...span });
    }
    const delta = encodeSamples(said.samples, format).toString('base64');
    this.#primary.send({ type: 'session.output_audio.delta', delta });
    const span = { start_ms: startMs, end_ms: this.#timeMs };
    this.#reflect({ type: 'session.output_audio.delta', delta: plainPCM(said.samples), ...span });
    if (this.#timeMs % USAGE_EVERY_MS === 0) {
      const usage_ratio = Math.min(1, (this.#usage.seconds * CONTEXT.perSecond) / CONTEXT.limit);
      this.#send({ type: 'session.usage.updated', usage: this.#usage, context_window: { usage_ratio } });
    }
  }

  get #usage(): { seconds: number } {
    return { seconds: this.#timeMs / 1_000 };
  }

  #reflect(event: ServerEvent): void {
    for (const observer of this.#observers) observer.send(event);
  }

  // Conversation.

  #heard(text: string): void {
    this.#cloud.tell('transcript', 'turn-heard', { text });
    if (!text || this.#closed) return;
    this.#remember({ role: 'user', text });
    this.#speaker.reply(this.#turns, this.#allInstructions);
  }

  #said(word: string): void {
    for (const turns of [this.#turns, this.#newTurns]) {
      const last = turns.at(-1);
      if (last?.role === 'assistant') last.text += word;
      else turns.push({ role: 'assistant', text: word });
    }
  }

  #remember(turn: Turn): void {
    this.#turns.push({ ...turn });
    this.#newTurns.push({ ...turn });
  }

  get #allInstructions(): string {
    return [this.#settings.instructions, ...this.#instructions].filter(Boolean).join('\n');
  }

  #appendContext(kind: AppendKind, event: JsonObject, clientEventId: string | undefined): void {
    const content = String(event.content);
    const delegationId = stringOf(event.delegation_id);
    if (countTokens(content.length) > MAX_APPEND_TOKENS) throw tooLong('content', MAX_APPEND_TOKENS);
    if (delegationId !== undefined && !this.#delegations.has(delegationId)) {
      throw invalidRequest(`No client delegation found with id '${delegationId}'.`, {
        code: 'invalid_value',
        param: 'delegation_id',
      });
    }
    const span = { start_ms: this.#timeMs, end_ms: this.#timeMs };
    this.#send({ type: `session.${kind}.appended`, ...span }, clientEventId);
    if (kind !== 'instructions') this.#acknowledgement?.cancel();
    if (kind === 'instructions') this.#instructions.push(content);
    if (kind !== 'commentary') return this.#remember({ role: 'developer', text: content });
    if (delegationId === undefined && isOrder(content)) {
      const turns: Turn[] = [...this.#turns, { role: 'developer', text: content }];
      return this.#speaker.reply(turns, `${this.#allInstructions}\n${content}`);
    }
    this.#speaker.tell(content);
  }

  // Delegation.

  #delegate(): void {
    const { type: target, acknowledgement_delay_ms: delayMs = 0 } = this.#settings.delegation;
    const id = this.#cloud.id('dlg_');
    this.#send({
      type: 'session.delegation.created',
      delegation: { id, type: 'delegation', target },
      offset_ms: this.#timeMs,
    });
    this.#acknowledgement?.cancel();
    this.#acknowledgement = this.#cloud.clock.setTimer(() => this.#speaker.tell('One moment.'), delayMs);
    if (target === 'client') {
      this.#delegations.add(id);
    } else {
      const turns = this.#newTurns;
      this.#newTurns = [];
      this.#backend.delegate(id, turns);
    }
  }

  #requireResponses(): void {
    if (this.#settings.delegation.type === 'responses') return;
    throw invalidRequest('This event requires Responses delegation.', { code: 'invalid_value', param: 'type' });
  }
}

/** Whether a comment tells the model what to do rather than what to say: what the real one understands by itself. */
function isOrder(content: string): boolean {
  return /^(?:say|ask|greet|tell|reply|answer|respond|follow|speak|do|please|now)\b/i.test(content.trim());
}

/** What is reflected is plain PCM whatever the line speaks. Its rate is that of the line: the service resamples to 24 kHz. */
function plainPCM(samples: Int16Array): string {
  return encodeSamples(samples, { type: 'audio/pcm', rate: 24_000 }).toString('base64');
}
