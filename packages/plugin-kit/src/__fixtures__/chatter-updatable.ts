import type { APIConnectOptions, VAD } from '@livekit/agents';
import { checkCount, checkFlag, checkName, checkStreaming, checkStrings } from '../check-options.ts';
import { resolveOptions, type OptionRules } from '../option-rules.ts';
import type { SpeechToTextWire } from '../speech-to-text-wire.ts';
import { UpdatableSTT, UpdatableSTTStream, type UpdatableSTTDescription } from '../updatable-stt.ts';
import { chatter } from './chatter.ts';
import { ears } from './chatter-stt.ts';

export interface Attending {
  model: string;
  sampleRate: number;
  terms: string[];
  loud: boolean;
  vad: VAD | null;
}

const rules: OptionRules<Attending> = {
  model: ['ears-2', checkName],
  sampleRate: [16_000, checkCount, [8_000, 48_000]],
  terms: [[], checkStrings, [50, Infinity]],
  loud: [false, checkFlag],
  vad: [null, checkStreaming],
};

const resolve = (given: Partial<Attending> | undefined, before?: Attending): Attending =>
  resolveOptions(rules, given, before);

type Description = UpdatableSTTDescription<Attending, Partial<Attending>>;

/** Speech to text in Chatter that is configured by its URL, and whose options change. `ears-1` takes no terms. */
export class AttentiveSTT extends UpdatableSTT<Attending, Partial<Attending>> {
  label = 'chatter.AttentiveSTT';

  constructor(url: string, options: Partial<Attending> = {}, describe: Partial<Description> = {}) {
    const wire: SpeechToTextWire<Attending> = {
      ...(ears as unknown as SpeechToTextWire<Attending>),
      open: () => [],
      update: (before, { options: { vad: _vad, ...now } }) =>
        JSON.stringify({ ...before, vad: undefined }) === JSON.stringify(now) ? [] : 'reconnect',
    };
    super({
      ...{ connection: chatter('transcription', url, {}, { fixed: ['rate'] }), wire, options: resolve(options), greets: false },
      capabilitiesOf: ({ model, loud }) => ({
        ...{ streaming: true, interimResults: true, keyterms: model !== 'ears-1', diarization: loud },
      }),
      resolve,
      termsIn: ({ terms }) => terms,
      withTerms: (terms) => ({ terms }),
      queryOf: ({ terms, loud, sampleRate }) => ({ rate: sampleRate, term: terms, loud }),
      vadOf: ({ vad }) => vad ?? undefined,
      ...describe,
    });
  }

  /** What it was told and what it holds, with the words of the session. */
  get now(): Readonly<Attending> {
    return this.options;
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): AttentiveStream {
    return this.track(new AttentiveStream(this, this.options, options.connOptions));
  }
}

export class AttentiveStream extends UpdatableSTTStream<Attending, Partial<Attending>> {
  label = 'chatter.AttentiveStream';

  get now(): Readonly<Attending> {
    return this.options;
  }
}
