import type { Timer } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { invalidRequest, missingParameter } from '../http/errors.ts';
import { objectOf, parseObject, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { decodeBase64, decodeSamples, sampleRateOf } from './audio.ts';
import type { Channel } from './channel.ts';
import { Conversation, withAudio, withoutAudio } from './conversation.ts';
import type { Entry } from './conversation.ts';
import type { RealtimeSettings, SessionSettings } from './events.ts';
import { hearAll } from './hearing.ts';
import { InputBuffer } from './input-buffer.ts';
import { readItem } from './item-reader.ts';
import type { ItemContext } from './item-reader.ts';
import { McpServers } from './mcp.ts';
import { Replies } from './replies.ts';
import { clientEvents } from './rules.ts';
import { check, unsupportedValue } from './schema.ts';
import { isTranscriptionUpdate, updateSettings } from './settings.ts';
import { Transcriber } from './transcriber.ts';

type Handler = (event: JsonObject) => void;

/** One Realtime session, conversation or transcription. https://developers.openai.com/api/docs/guides/realtime */
export class RealtimeSession {
  readonly #cloud: Cloud;
  readonly #channel: Channel;
  readonly #gone: AbortController = new AbortController();
  readonly #conversation: Conversation;
  readonly #input: InputBuffer;
  readonly #transcriber: Transcriber;
  readonly #mcp: McpServers;
  readonly #replies: Replies;
  readonly #expiry: Timer;
  /** The URL asked for a transcription and named a model: the next update will be refused, and the socket with it. */
  readonly #misdirected: boolean;
  #settings: SessionSettings;
  #idle: Timer | undefined;

  readonly #handlers: Readonly<Record<string, Handler>> = {
    'session.update': (event) => this.#update(objectOf(event.session)),
    'input_audio_buffer.append': (event) => this.#input.append(decodeBase64(event.audio, 'audio')),
    'input_audio_buffer.commit': () => this.#commit(),
    'input_audio_buffer.clear': () => this.#clear(),
    'conversation.item.create': (event) => this.#createItem(event),
    'conversation.item.truncate': (event) => this.#truncate(event as unknown as Truncation),
    'conversation.item.delete': (event) => this.#delete(String(event.item_id)),
    'conversation.item.retrieve': (event) => this.#retrieve(String(event.item_id)),
    'response.create': (event) => this.#respond(objectOf(event.response)),
    'response.cancel': (event) => this.#replies.cancel(stringOf(event.response_id)),
  };

  constructor(channel: Channel, settings: SessionSettings, cloud: Cloud, options: { misdirected: boolean }) {
    this.#channel = channel;
    this.#cloud = cloud;
    this.#settings = settings;
    this.#misdirected = options.misdirected;
    this.#conversation = new Conversation(cloud.id('conv_'));
    this.#transcriber = new Transcriber(cloud, channel.send, this.#gone.signal, () => ({
      input: this.#settings.audio.input,
      include: this.#settings.include,
    }));
    this.#input = new InputBuffer(cloud.ear, settings.audio.input, () => cloud.id('item_'), {
      onSpeechStarted: (atMs) => this.#onSpeechStarted(atMs),
      onSpeechStopped: (atMs) => this.#onSpeechStopped(atMs),
      onText: (text, itemId) => this.#transcriber.heard(text, itemId),
    });
    this.#mcp = new McpServers(cloud, channel.send, this.#conversation, this.#gone.signal);
    this.#replies = new Replies(cloud, channel.send, this.#conversation, this.#mcp, (audioMs) =>
      this.#watchIdle(audioMs),
    );
    this.#expiry = cloud.clock.setTimer(() => this.#expire(), cloud.sessionMs);
    channel.send({ type: 'session.created', session: settings });
  }

  receive(data: string | undefined): void {
    let event: JsonObject | undefined;
    try {
      if (data === undefined) {
        throw invalidRequest('Expected a text WebSocket message; binary frames are not supported.', {
          code: 'invalid_event',
        });
      }
      event = parseObject(data);
      if (!event) throw invalidRequest('Invalid event: failed to parse JSON value.', { code: 'invalid_json' });
      this.#dispatch(event);
    } catch (error) {
      this.#channel.complain(error, stringOf(event?.event_id) ?? null);
    }
  }

  close(): void {
    this.#gone.abort();
    this.#expiry.cancel();
    this.#idle?.cancel();
    this.#replies.end();
    this.#input.close();
  }

  #dispatch(event: JsonObject): void {
    const { type } = event;
    if (typeof type !== 'string') throw missingParameter('type');
    if (!Object.hasOwn(clientEvents, type)) throw unsupportedValue(type, Object.keys(clientEvents), 'type');
    check(event, clientEvents[type]!, '');
    if (this.#settings.type === 'transcription' && /^(?:response|conversation)\./.test(type)) {
      throw invalidRequest(`The '${type}' event is not supported in transcription sessions.`, {
        code: 'invalid_value',
        param: 'type',
      });
    }
    this.#handlers[type]?.(event);
  }

  #update(update: JsonObject): void {
    if (this.#misdirected && isTranscriptionUpdate(update)) {
      const { model } = this.#settings as RealtimeSettings;
      const error = invalidRequest(`Model "${model}" is not supported in transcription mode.`, {
        code: 'invalid_model',
      });
      return this.#channel.fail(error, 4000);
    }
    this.#settings = updateSettings(this.#settings, update, this.#replies.spoke);
    this.#input.configure(this.#settings.audio.input);
    this.#channel.send({ type: 'session.updated', session: this.#settings });
    if (this.#settings.type === 'realtime') this.#mcp.configure(this.#settings.tools);
  }

  #onSpeechStarted(atMs: number): void {
    this.#idle?.cancel();
    const { turn_detection: turnDetection } = this.#settings.audio.input;
    this.#cloud.tell('listening', 'speech-started', { atMs });
    this.#channel.send({
      type: 'input_audio_buffer.speech_started',
      audio_start_ms: atMs,
      item_id: this.#input.itemId,
    });
    if (turnDetection?.interrupt_response) this.#replies.interrupt();
  }

  #onSpeechStopped(atMs: number): void {
    this.#cloud.tell('listening', 'speech-stopped', { atMs });
    this.#channel.send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: atMs, item_id: this.#input.itemId });
    this.#commit({ byServer: true });
    if (this.#settings.audio.input.turn_detection?.create_response) this.#respondUnasked();
  }

  #commit(options?: { byServer: boolean }): void {
    const { itemId, audio, audioMs, heard } = this.#input.commit(options);
    const entry: Entry = {
      item: {
        id: itemId,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript: null }],
      },
      heard: heard.catch(() => ''),
      audio,
      audioMs,
    };
    this.#channel.send({
      type: 'input_audio_buffer.committed',
      previous_item_id: this.#conversation.lastId,
      item_id: itemId,
    });
    this.#add(entry);
    void this.#transcriber.transcribe(itemId, heard, audioMs).then((transcript) => {
      if (transcript === undefined || entry.item.type !== 'message') return;
      for (const part of entry.item.content) if (part.type === 'input_audio') part.transcript = transcript;
    });
  }

  #clear(): void {
    this.#input.clear();
    this.#channel.send({ type: 'input_audio_buffer.cleared' });
  }

  #createItem(event: JsonObject): void {
    const entry = readItem(objectOf(event.item), this.#itemContext());
    const { item } = entry;
    if (item.type !== 'mcp_approval_response') return this.#add(entry, stringOf(event.previous_item_id));
    this.#mcp.check(item);
    this.#add(entry, stringOf(event.previous_item_id));
    this.#mcp.answer(item);
  }

  #add(entry: Entry, after?: string): void {
    const previous_item_id = this.#conversation.insert(entry, after);
    const item = withoutAudio(entry.item);
    this.#channel.send({ type: 'conversation.item.added', previous_item_id, item });
    this.#channel.send({ type: 'conversation.item.done', previous_item_id, item });
  }

  #truncate({ item_id, content_index, audio_end_ms }: Truncation): void {
    this.#conversation.truncate(item_id, audio_end_ms);
    this.#cloud.tell('voice', 'item-truncated', { itemId: item_id, audioEndMs: audio_end_ms });
    this.#channel.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  #delete(itemId: string): void {
    this.#conversation.remove(itemId);
    this.#channel.send({ type: 'conversation.item.deleted', item_id: itemId });
  }

  #retrieve(itemId: string): void {
    const entry = this.#conversation.get(itemId, { verb: 'retrieving', code: 'item_retrieve_invalid_item_id' });
    this.#channel.send({ type: 'conversation.item.retrieved', item: withAudio(entry) });
  }

  #respond(parameters: JsonObject): void {
    if (this.#settings.type !== 'realtime') return;
    this.#idle?.cancel();
    this.#replies.create(this.#settings, parameters, this.#itemContext());
  }

  /** A response that turn detection asks for: nobody's event is to blame when it cannot be made. */
  #respondUnasked(): void {
    try {
      this.#respond({});
    } catch (error) {
      this.#channel.complain(error);
    }
  }

  #itemContext(): ItemContext {
    const { format } = this.#settings.audio.input;
    return {
      known: this.#conversation.entries,
      inputFormat: format,
      id: (prefix) => this.#cloud.id(prefix),
      hear: (audio) => hearAll(this.#cloud.ear, decodeSamples(audio, format), sampleRateOf(format)),
    };
  }

  /** After a response has been played, a silence of `idle_timeout_ms` makes the model speak up. */
  #watchIdle(audioMs: number): void {
    const { turn_detection: turnDetection } = this.#settings.audio.input;
    if (turnDetection?.type !== 'server_vad' || turnDetection.idle_timeout_ms === null || this.#gone.signal.aborted)
      return;
    this.#idle?.cancel();
    const startMs = this.#input.receivedMs;
    this.#idle = this.#cloud.clock.setTimer(() => {
      if (this.#input.speaking) return;
      this.#channel.send({
        type: 'input_audio_buffer.timeout_triggered',
        audio_start_ms: startMs,
        audio_end_ms: this.#input.receivedMs,
        item_id: this.#input.itemId,
      });
      this.#commit({ byServer: true });
      this.#respondUnasked();
    }, audioMs + turnDetection.idle_timeout_ms);
  }

  #expire(): void {
    const minutes = Math.round(this.#cloud.sessionMs / 60_000);
    const message = `Your session hit the maximum duration of ${minutes} minutes.`;
    this.#channel.complain(invalidRequest(message, { code: 'session_expired' }));
    this.#channel.close(1001, message);
  }
}

interface Truncation {
  item_id: string;
  content_index: number;
  audio_end_ms: number;
}
