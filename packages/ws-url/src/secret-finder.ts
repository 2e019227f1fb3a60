/** So much of a secret, in characters, is worth hiding where the rest of it was cut off. */
const tellingLength = 8;

/** HTML's names for what keys and tokens are made of besides letters and digits, and for what must be escaped. */
const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/', bsol: '\\', plus: '+', equals: '=', colon: ':' },
  ...{ comma: ',', period: '.', semi: ';', commat: '@', percnt: '%', num: '#', dollar: '$', lowbar: '_', excl: '!' },
};
const entity = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));?/iy;

/** What may follow a text that was cut, perhaps in the middle of an escape: nothing, dots, or the end of what quotes it. */
const cut = /(?:%[\da-f]?|\\u?[\da-f]{0,3}|&#?\w{0,6})?\s*(?:$|…|\.\.\.|\\?["'<])/iy;

/** A character, and how it is written where it must be escaped; what is hexadecimal in small letters. */
interface Character {
  plain: string;
  percent: string;
  /** `\uXXXX` of each half of it. */
  units: string;
  /** JSON's short form, or with a backslash before it where that may be. */
  json: string;
}

/**
 * Finds one secret in texts, however it is written there: each of its characters plain, percent-encoded, or escaped as
 * in JSON or HTML. Of a secret whose end was cut off, what is left is found too.
 */
export class SecretFinder {
  readonly #characters: readonly Character[];
  /** Where it may begin: a plain first character, or any escape. */
  readonly #beginning: RegExp;

  constructor(secret: string) {
    this.#characters = [...secret].map(characterOf);
    this.#beginning = new RegExp(`[${unitsOf(secret.slice(0, 1))}%\\\\&+]`, 'g');
  }

  /** The text with `mark` in place of the secret. */
  replace(text: string, mark: string): string {
    let clean = '';
    let from = 0;
    this.#beginning.lastIndex = 0;
    for (let found = this.#beginning.exec(text); found !== null; found = this.#beginning.exec(text)) {
      const end = Math.max(this.#endAt(text, found.index, false), this.#endAt(text, found.index, true));
      if (end === 0) continue;
      clean += text.slice(from, found.index) + mark;
      from = end;
      this.#beginning.lastIndex = end;
    }
    return from === 0 ? text : clean + text.slice(from);
  }

  /** Where the secret ends that begins at `start`; 0: none does. `escapes`: an escape is one, even where it may be read as it stands. */
  #endAt(text: string, start: number, escapes: boolean): number {
    const { length } = this.#characters;
    let at = start;
    let count = 0;
    for (; count < length; count++) {
      const width = widthOf(this.#characters[count]!, text, at, escapes);
      if (width === 0) break;
      at += width;
    }
    if (count === length) return at;
    if (count < tellingLength) return 0;
    cut.lastIndex = at;
    return count >= length / 2 || cut.test(text) ? at : 0;
  }
}

/** How much of the text, from `at` on, is one way or another to write the character; 0: it is another one. */
function widthOf(character: Character, text: string, at: number, escapes: boolean): number {
  const plain = text.startsWith(character.plain, at) ? character.plain.length : 0;
  return plain > 0 && !escapes ? plain : escapeWidth(character, text, at) || plain;
}

function escapeWidth({ plain, percent, units, json }: Character, text: string, at: number): number {
  switch (text[at]) {
    case '%':
      return text.slice(at, at + percent.length).toLowerCase() === percent ? percent.length : 0;
    case '+':
      return plain === ' ' ? 1 : 0;
    case '\\':
      if (text.startsWith(json, at)) return json.length;
      return text[at + 1] === 'u' && text.slice(at, at + units.length).toLowerCase() === units ? units.length : 0;
    case '&': {
      entity.lastIndex = at;
      const [whole = '', decimal, hex, name = ''] = entity.exec(text) ?? [];
      const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return point === plain.codePointAt(0) || entities[name.toLowerCase()] === plain ? whole.length : 0;
    }
    default:
      return 0;
  }
}

/** What secrets are made of, nearly always. */
const ascii = Array.from({ length: 128 }, (_, point) => spelled(String.fromCharCode(point)));

function characterOf(plain: string): Character {
  return ascii[plain.codePointAt(0)!] ?? spelled(plain);
}

function spelled(plain: string): Character {
  const letter = JSON.stringify(plain).slice(1, -1);
  return {
    plain,
    percent: Buffer.from(plain).toString('hex').replace(/../g, '%$&'),
    units: unitsOf(plain),
    json: letter !== plain ? letter : /[a-z\d]/i.test(plain) ? unitsOf(plain) : `\\${plain}`,
  };
}

function unitsOf(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
