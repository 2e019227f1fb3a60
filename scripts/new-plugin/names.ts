import { packagesOf } from '../release/workspace.ts';

/** A plugin's name in all the ways in which it is written. */
export interface Names {
  /** `eleven-labs` */
  name: string;
  /** `elevenLabs` */
  camel: string;
  /** `ElevenLabs` */
  pascal: string;
  /** `ELEVEN_LABS` */
  upper: string;
  /** `ElevenLabs`: how people call the provider. */
  title: string;
}

/** Names and words that are written in another way than their letters tell. */
const spelled: Readonly<Record<string, string>> = {
  ai: 'AI',
  api: 'API',
  assemblyai: 'AssemblyAI',
  aws: 'AWS',
  deepl: 'DeepL',
  elevenlabs: 'ElevenLabs',
  fishaudio: 'Fish Audio',
  ibm: 'IBM',
  lmnt: 'LMNT',
  minimax: 'MiniMax',
  nim: 'NIM',
  nvidia: 'NVIDIA',
  openai: 'OpenAI',
  smallestai: 'Smallest AI',
  stt: 'STT',
  tts: 'TTS',
  xai: 'xAI',
};

/** Throws an error that says what to do instead, where a name cannot be taken. */
export function namesOf(name: string | undefined, title: string | undefined, root: string): Names {
  if (name === undefined || name === '') {
    throw new Error('which provider? pnpm new-plugin <name>, with the name in lower case: pnpm new-plugin eleven-labs');
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" cannot be the name of a package: lower-case letters and digits, with "-" between words`);
  }
  if (name.length > 40) throw new Error(`"${name}" is longer than 40 letters: nobody could remember it`);
  checkFree(name, root);
  const called = title ?? titleOf(name);
  if (!/^[\p{L}\p{N}][\p{L}\p{N} .&+-]*$/u.test(called)) {
    throw new Error(`"${called}" cannot be a title: letters and digits, with spaces and . & + - between them`);
  }
  const words = name.split('-');
  const camel = words[0]! + words.slice(1).map(capitalized).join('');
  // `ElevenLabs` of `elevenlabs`, where the title has the same letters.
  const letters = called.replaceAll(/[^A-Za-z0-9]/g, '');
  const pascal = capitalized(letters.toLowerCase() === lettersOf(name) ? letters : camel);
  return { name, pascal, camel, upper: words.join('_').toUpperCase(), title: called };
}

/** How people call a provider of that name, as far as that can be told. */
export function titleOf(name: string): string {
  const word = (each: string): string => spelled[each] ?? capitalized(each);
  return spelled[lettersOf(name)] ?? name.split('-').map(word).join(' ');
}

/** Two names that differ in a hyphen only would be taken for each other, and some of what is written of both is the same. */
function checkFree(name: string, root: string): void {
  for (const { folder, manifest } of packagesOf(root)) {
    const names = [folder, manifest.name].map((each) => each.split('/').at(-1)!);
    if (names.includes(name))
      throw new Error(`"${name}" is taken by ${folder}: choose another name, or change that one`);
    const alike = names.find((each) => lettersOf(each) === lettersOf(name));
    if (alike !== undefined)
      throw new Error(`"${name}" is "${alike}" of ${folder} but for a hyphen: choose another name, or change that one`);
  }
}

function lettersOf(name: string): string {
  return name.replaceAll('-', '');
}

function capitalized(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
