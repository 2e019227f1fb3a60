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
  /** `Eleven Labs`: how people call the provider. */
  title: string;
}

/** Throws an error that says what to do instead, where a name cannot be taken. */
export function namesOf(name: string | undefined, title: string | undefined, root: string): Names {
  if (name === undefined || name === '') {
    throw new Error('which provider? pnpm new-plugin <name>, with the name in lower case: pnpm new-plugin eleven-labs');
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" cannot be the name of a package: lower-case letters and digits, with "-" between words`);
  }
  if (name.length > 40) throw new Error(`"${name}" is longer than 40 letters: nobody could remember it`);
  const taken = packagesOf(root).find(
    ({ folder, manifest }) => [folder, manifest.name].some((each) => each.endsWith(`/${name}`)) || folder === name,
  );
  if (taken !== undefined)
    throw new Error(`"${name}" is taken by ${taken.folder}: choose another name, or change that one`);
  const words = name.split('-');
  const pascal = words.map(capitalized).join('');
  return {
    name,
    pascal,
    camel: pascal[0]!.toLowerCase() + pascal.slice(1),
    upper: words.join('_').toUpperCase(),
    title: title ?? words.map(capitalized).join(' '),
  };
}

function capitalized(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
