import {
  fieldsOf,
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

const space = 0x20;
const beyondAscii = 0x80;

/** Scripts without spaces: each token is as good as a word. */
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** The first character tells it of nearly all. */
export function beginsWord({ text }: Token): boolean {
  const first = text.charCodeAt(0);
  if (first > space && first < beyondAscii) return false;
  return first === space || /^\s/.test(text) || unspaced.test(text);
}

/** What tokens say: the text that is read, and what is known beside it. */
export interface Said {
  text: string;
  details: SpeechDetails;
}

/** Hot: every interim transcript tells its tokens again. A translation has no times: those of what was said are its. */
export function saidBy(tokens: readonly Token[]): Said {
  const isTranslated = tokens.some(({ status }) => status === 'original' || status === 'translation');
  const said = isTranslated ? tokens.filter(({ status }) => status !== 'translation') : tokens;
  // With a translation, that, and what needs none.
  const read = isTranslated ? tokens.filter(({ status }) => status !== 'original') : tokens;
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
  const confidence = meanConfidence(read);
  if (confidence !== undefined) details.confidence = confidence;
  return { text: joined(read), details };
}

/** What most of the text belongs to. */
function mostOf(tokens: readonly Token[], name: 'speaker' | 'language'): string | undefined {
  let shares: Speakers | undefined;
  for (const token of tokens) if (token[name] !== '') (shares ??= new Speakers()).add(token[name], token.text.length);
  return shares?.most;
}

function meanConfidence(tokens: readonly Token[]): number | undefined {
  let [sum, count] = [0, 0];
  for (const { confidence } of tokens) {
    if (confidence === undefined) continue;
    sum += confidence;
    count++;
  }
  return count === 0 ? undefined : sum / count;
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
    const word = text.trim();
    if (word === '') continue;
    if (last === undefined || isApart) {
      words.push({ text: word, startMs, endMs, confidence });
    } else {
      last.text += text.trimEnd();
      last.endMs = endMs ?? last.endMs;
      last.confidence = Math.min(last.confidence ?? 1, confidence ?? 1);
    }
    isApart = !text.endsWith(word);
  }
  return words;
}

function joined(tokens: readonly Token[]): string {
  let all = '';
  for (const { text } of tokens) all += text;
  return all.trim();
}
