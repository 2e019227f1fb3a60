import { randomBytes } from 'node:crypto';
import type { Cloud } from '../../cloud.ts';
import { Deadline } from '../../deadline.ts';
import { numberOf, objectOf, parseObject, stringOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Line, LineEvents } from '../../line.ts';
import { encodeAudio } from '../../speech/audio.ts';
import { Mouth } from '../../speech/mouth.ts';
import { speakModelInfo } from '../models.ts';
import type { SpeakTurnEvent } from './events.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { speakerOf, speedFailure } from './settings.ts';
import type { SpeakSettings } from './settings.ts';
import { SpeechTurn } from './turn.ts';

/** "Send a WebSocket Ping or Pong to keep an idle session alive." */
const SILENT_CLIENT_MS = 60_000;

/** https://developers.deepgram.com/docs/flux-tts/server-messages; the close codes are those of `/v1/speak`, a guess. */
const ERRORS = {
  'MESSAGE-0000': [1003, 'The message could not be parsed.'],
  'DATA-0000': [1008, 'The message contained an invalid command.'],
  'BIG-0000': [1009, 'The message was too large to process.'],
  'NET-0003': [1011, 'The session time limit was exceeded.'],
  'NET-0004': [1011, 'No client message arrived within the inactivity window.'],
} as const;

/** The documentation words the first; the others are guesses. */
const WARNINGS = {
  NO_ACTIVE_SPEECH: 'There is no active turn. The request will be ignored.',
  NO_SYNTHESIZABLE_TEXT: 'The text of the turn holds nothing to say.',
  NO_AUDIO_GENERATED: 'No audio was generated yet. The request will be ignored.',
  INVALID_INTERRUPT_OFFSET: 'The playback offset does not advance. The request will be ignored.',
} as const;

/** One connection to `/v2/speak`, turn by turn. https://developers.deepgram.com/docs/flux-tts/state */
export class SpeakTurnSession implements LineEvents {
  readonly #line: Line<SpeakTurnEvent>;
  readonly #cloud: Cloud;
  readonly #mouth: Mouth;
  readonly #idle: Deadline;
  readonly #life: Deadline;
  #speed: number | undefined;
  /** The turn that takes text. */
  #open: SpeechTurn | undefined;
  /** The turn that is heard, or was last, and where in the session it began. */
  #heard: { turn: SpeechTurn; startMs: number } | undefined;
  /** Milliseconds of audio, as far as it was played where that is known. */
  #sessionMs = 0;
  #interruptedMs = 0;
  #characters = 0;
  #closing = false;

  constructor(line: Line<SpeakTurnEvent>, settings: SpeakSettings, requestId: string, cloud: Cloud) {
    this.#line = line;
    this.#cloud = cloud;
    this.#speed = settings.speed;
    const { encoding, sampleRate } = settings;
    this.#mouth = new Mouth(cloud, speakerOf(settings), (samples) => {
      this.#spoke(encodeAudio(samples, encoding, sampleRate), (samples.length / sampleRate) * 1_000);
    });
    this.#idle = new Deadline(cloud.clock, SILENT_CLIENT_MS, () => this.#fail('NET-0004'));
    this.#life = new Deadline(cloud.clock, cloud.sessionMs, () => this.#fail('NET-0003'));
    const { uuid, version } = speakModelInfo(settings.model);
    line.send({
      type: 'Connected',
      request_id: requestId,
      model_name: settings.model,
      model_version: version,
      model_uuids: [uuid],
    });
  }

  alive(): void {
    this.#idle.restart();
  }

  audio(): void {
    this.#fail('MESSAGE-0000');
  }

  text(text: string): void {
    if (this.#closing) return;
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return this.#fail('BIG-0000');
    const message = parseObject(text);
    if (!message) return this.#fail('MESSAGE-0000');
    switch (message.type) {
      case 'Speak':
        return this.#speak(stringOf(message.text));
      case 'Flush':
        return this.#flush();
      case 'Interrupt':
        return this.#interrupt(message);
      case 'Configure':
        return this.#configure(message);
      case 'Close':
        return this.#close();
      default:
        return this.#fail('DATA-0000');
    }
  }

  closed(): void {
    this.#idle.cancel();
    this.#life.cancel();
    this.#mouth.stop();
  }

  #speak(text: string | undefined): void {
    if (text === undefined) return this.#fail('MESSAGE-0000');
    const turn = (this.#open ??= this.#begin());
    this.#characters += text.length;
    for (const sentence of turn.add(text)) this.#say(turn, sentence);
  }

  /** It waits for the turns before it: "there is only ever one active turn". */
  #begin(): SpeechTurn {
    const turn = new SpeechTurn(`dg_sp_${randomBytes(6).toString('hex')}`);
    this.#mouth.then(() => {
      this.#heard = { turn, startMs: this.#sessionMs };
      this.#line.send({ type: 'SpeechStarted', speech_id: turn.id });
    });
    return turn;
  }

  #say(turn: SpeechTurn, piece: string): void {
    this.#mouth.then(() => turn.begin(piece));
    this.#mouth.say(piece, this.#speed);
  }

  #spoke(bytes: Buffer, milliseconds: number): void {
    this.#heard!.turn.spoke(milliseconds);
    this.#sessionMs += milliseconds;
    this.#line.sendAudio(bytes);
  }

  #flush(): void {
    const turn = this.#open;
    if (!turn) return this.#warn('NO_ACTIVE_SPEECH');
    this.#mouth.then(() => this.#line.send({ type: 'Flushed', speech_id: turn.id }));
    this.#complete(turn);
  }

  #complete(turn: SpeechTurn): void {
    this.#open = undefined;
    this.#say(turn, turn.rest());
    this.#mouth.then(() => {
      if (!turn.isSpeakable) this.#warn('NO_SYNTHESIZABLE_TEXT');
      this.#line.send({ type: 'SpeechMetadata', ...turn.metadata() });
    });
  }

  /**
   * The turn that is heard is over, and so are those that wait. A turn whose audio was all sent may still be playing;
   * that it can be interrupted too is a guess. https://developers.deepgram.com/docs/flux-tts/interrupt-handling
   */
  #interrupt(message: JsonObject): void {
    if (this.#sessionMs === 0) return this.#warn('NO_AUDIO_GENERATED');
    if (!this.#heard) return this.#warn('NO_ACTIVE_SPEECH');
    const { turn, startMs } = this.#heard;
    const offset = message.playback_offset == null ? undefined : numberOf(objectOf(message.playback_offset).value);
    if (message.playback_offset != null && !(offset! > this.#interruptedMs)) {
      return this.#warn('INVALID_INTERRUPT_OFFSET');
    }
    this.#mouth.stop();
    this.#open = this.#heard = undefined;
    // More than there was cannot have been played.
    const playedMs = Math.min(offset ?? Infinity, this.#sessionMs);
    const playedOfTurn = Math.max(0, playedMs - startMs);
    const { spoken, remaining } = turn.splitAt(playedOfTurn);
    this.#line.send({
      type: 'SpeechInterrupted',
      audio_played_ms: Math.round(offset ?? playedMs),
      ...(offset === undefined ? {} : { text_spoken: spoken, text_remaining: remaining }),
      metadata: turn.metadata(playedOfTurn),
    });
    this.#sessionMs = this.#interruptedMs = playedMs;
  }

  #configure({ speed }: JsonObject): void {
    const wanted = speed == null ? this.#speed : (numberOf(speed) ?? NaN);
    const failure = wanted === undefined ? undefined : speedFailure(wanted);
    if (failure) {
      const value = numberOf(speed);
      const known = value === undefined ? {} : { value };
      return this.#line.send({ type: 'ConfigureFailure', field: 'speed', ...known, ...failure });
    }
    this.#speed = wanted;
    this.#line.send({ type: 'ConfigureSuccess', applied: wanted === undefined ? {} : { speed: wanted } });
  }

  /** Says what is left, and what that came to. */
  #close(): void {
    this.#closing = true;
    if (this.#open) this.#complete(this.#open);
    this.#mouth.then(() => {
      this.#line.send({
        type: 'SessionMetadata',
        total_audio_duration_ms: Math.round(this.#sessionMs),
        total_input_character_count: this.#characters,
        total_billable_character_count: this.#characters,
      });
      this.#line.close(1000);
    });
  }

  #warn(code: keyof typeof WARNINGS): void {
    this.#line.send({ type: 'Warning', code, description: WARNINGS[code] });
  }

  #fail(code: keyof typeof ERRORS): void {
    const [status, description] = ERRORS[code];
    this.#closing = true;
    this.#cloud.tell('error', 'error-sent', { code, description });
    this.#line.send({ type: 'Error', code, description });
    this.#line.close(status, code);
  }
}
