import {
  fieldsOf,
  meanOf,
  numberOf,
  Speakers,
  textOf,
  type LanguageRun,
  type SpeechDetails,
  type SpeechWord,
} from '@patchbay/plugin-kit';

/** "A word or subword", with the space before it. https://soniox.com/docs/stt/api-reference/websocket-api#response */
export interface Token {
  text: string;
  isFinal: boolean;
  startMs: number | undefined;
  endMs: number | undefined;
  confidence: number | undefined;
  speaker: string;
  language: string;
  /** `original`: it will be translated. `translation`: it is one. Else it is neither. */
  status: string;
}

export function tokenOf(value: unknown): Token {
  const token = fieldsOf(value);
  const { speaker } = token;
  return {
    text: textOf(token.text),
    isFinal: token.is_final === true,
    startMs: numberOf(token.start_ms),
    endMs: numberOf(token.end_ms),
    confidence: numberOf(token.confidence),
    speaker: typeof speaker === 'number' ? String(speaker) : textOf(speaker),
    language: textOf(token.language),
    status: textOf(token.translation_status),
  };
}

/** Scripts without spaces: each token is as good as a word. */
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

export function beginsWord({ text }: Token): boolean {
  return /^\s/.test(text) || unspaced.test(text);
}

/** What is read. */
export function transcriptOf(tokens: readonly Token[]): string {
  return joined(readIn(tokens));
}

/** What tokens say beside their text. A translation has no times: those of what was said are its. */
export function detailsOf(tokens: readonly Token[]): SpeechDetails {
  const isTranslated = isOrIsTranslated(tokens);
  const said = isTranslated ? tokens.filter(({ status }) => status !== 'translation') : tokens;
  const read = readIn(tokens);
  const details: SpeechDetails = {
    startMs: said.find(({ startMs }) => startMs !== undefined)?.startMs,
    endMs: said.findLast(({ endMs }) => endMs !== undefined)?.endMs,
    speakerId: mostOf(said, 'speaker'),
  };
  const language = mostOf(read, 'language');
  if (language !== undefined) details.language = language;
  if (said.some((token) => token.language !== '')) details.sources = runsOf(said);
  if (isTranslated) details.targets = runsOf(read);
  else details.words = wordsOf(said);
  const confidence = meanOf(read.flatMap((token) => token.confidence ?? []));
  if (confidence !== undefined) details.confidence = confidence;
  return details;
}

function isOrIsTranslated(tokens: readonly Token[]): boolean {
  return tokens.some(({ status }) => status === 'original' || status === 'translation');
}

/** With a translation, that, and what needs none. */
function readIn(tokens: readonly Token[]): readonly Token[] {
  return isOrIsTranslated(tokens) ? tokens.filter(({ status }) => status !== 'original') : tokens;
}

/** What most of the text belongs to. */
function mostOf(tokens: readonly Token[], name: 'speaker' | 'language'): string | undefined {
  const shares = new Speakers();
  for (const token of tokens) if (token[name] !== '') shares.add(token[name], token.text.length);
  return shares.most;
}

/** Tokens in a row in one language. */
function runsOf(tokens: readonly Token[]): LanguageRun[] {
  const runs: Token[][] = [];
  for (const token of tokens) {
    const last = runs.at(-1);
    if (last?.[0]!.language === token.language) last.push(token);
    else runs.push([token]);
  }
  return runs.map((run) => ({ language: run[0]!.language, text: joined(run) }));
}

function wordsOf(tokens: readonly Token[]): SpeechWord[] {
  const words: SpeechWord[] = [];
  let isApart = true;
  for (const token of tokens) {
    const { text, startMs, endMs, confidence } = token;
    const last = words.at(-1);
    isApart ||= beginsWord(token);
    if (text.trim() === '') continue;
    if (last === undefined || isApart) {
      words.push({ text: text.trim(), startMs, endMs, confidence });
    } else {
      last.text += text.trimEnd();
      last.endMs = endMs ?? last.endMs;
      last.confidence = Math.min(last.confidence ?? 1, confidence ?? 1);
    }
    isApart = /\s$/.test(text);
  }
  return words;
}

function joined(tokens: readonly Token[]): string {
  let all = '';
  for (const { text } of tokens) all += text;
  return all.trim();
}
