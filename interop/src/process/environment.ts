import { folderOf } from '../folder.ts';

/** What a program needs of ours to be found, to trust the machine's authorities, and to ask the machine's registries. */
const inherited =
  /^(PATH|LANG|LC_ALL|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|PIP_.*|UV_.*|GO(PROXY|SUMDB|NOSUMDB|FLAGS|ROOT))$/;
/** Of those, what only an installation needs: a server that trusts more than it is told proves less. */
const ofInstallation = /^(PIP_|UV_|GO|NODE_EXTRA)/;

/** The environment of a server: little, so that nothing of the user's changes what it does. Its home is ours. */
export function environmentOf(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...pick((name) => !ofInstallation.test(name)), ...homes(), ...own };
}

/** The environment of an installation. */
export function installationEnvironment(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...pick(() => true), ...homes(), ...own };
}

function pick(wanted: (name: string) => boolean): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => inherited.test(name) && wanted(name));
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Caches, homes and temporary files are in the ignored folder too. */
function homes(): Record<string, string> {
  return { HOME: folderOf('home'), TMPDIR: folderOf('tmp'), XDG_CACHE_HOME: folderOf('cache') };
}
