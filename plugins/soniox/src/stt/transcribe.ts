import {
  listOf,
  numberOf,
  type Frame,
  type JsonMessage,
  type Speech,
  type SpeechToTextContext,
  type SpeechToTextWire,
} from '@patchbay/plugin-kit';
import { failureOf } from '../failure.ts';
import { startMessage, type TranscribeOptions } from './options.ts';
import { tokenOf, type Token } from './tokens.ts';
import { Utterance } from './utterance.ts';

/** "You may send more frequently (every 5–10s is common)." https://soniox.com/docs/stt/rt/connection-keepalive */
const keepAlive = { everyMs: 5_000, frame: () => '{"type":"keepalive"}' };

type Context = SpeechToTextContext<TranscribeOptions>;

/** `/transcribe-websocket`, for one stream. https://soniox.com/docs/stt/api-reference/websocket-api */
export class Transcribe implements SpeechToTextWire<TranscribeOptions> {
  readonly keepAlive: { everyMs: number; frame: () => Frame } = keepAlive;
  /** What is being said on the present socket. */
  #utterance: Utterance | undefined;

  open({ connection, options }: Context): readonly Frame[] {
    this.#utterance = undefined;
    return [startMessage(options, connection.nameOf(options.model) ?? options.model)];
  }

  audio(bytes: Uint8Array): Frame {
    return bytes;
  }

  /** Answered by `<fin>`. https://soniox.com/docs/stt/rt/manual-finalization */
  flush(): Frame {
    return '{"type":"finalize"}';
  }

  /** An empty text: "an empty binary frame is an empty audio chunk". */
  finish(): readonly Frame[] {
    return [''];
  }

  /** It tells how much it has heard, with words or without. */
  probe(): { frame?: Frame } {
    return {};
  }

  update(before: Readonly<TranscribeOptions>, { options }: Context): readonly Frame[] | 'reconnect' {
    return startMessage(before, before.model) === startMessage(options, options.model) ? [] : 'reconnect';
  }

  receive(message: JsonMessage, speech: Speech, { connection }: Context): void {
    const failure = failureOf(message, connection);
    if (failure !== undefined) throw failure;
    results(message, speech, (this.#utterance ??= new Utterance(speech)));
  }

  lost(): boolean | void {
    return this.#utterance?.breaksOff();
  }
}

function results(message: JsonMessage, speech: Speech, utterance: Utterance): void {
  const [final, rest]: [Token[], Token[]] = [[], []];
  for (const value of listOf(message.tokens)) {
    const token = tokenOf(value);
    (token.isFinal ? final : rest).push(token);
  }
  const processedMs = numberOf(message.total_audio_proc_ms) ?? 0;
  const isNews = utterance.isNews(
    final.filter((token) => !isMarker(token)),
    processedMs,
  );
  utterance.heard(processedMs);
  for (const token of final) {
    if (!isMarker(token)) {
      if (isNews) utterance.add(token);
      continue;
    }
    utterance.ends(token.startMs);
    if (token.text === '<fin>') speech.nothing();
  }
  utterance.continues(rest);
  if (message.finished !== true) return;
  utterance.ends(numberOf(message.total_audio_proc_ms));
  speech.nothing();
}

/** An end that was noticed, and one that was asked for. https://soniox.com/docs/stt/rt/endpoint-detection */
function isMarker({ text }: Token): boolean {
  return text === '<end>' || text === '<fin>';
}
