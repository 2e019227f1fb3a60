import { intersects, major, Range, SemVer, subset, validRange } from 'semver';
import { higher, type Level } from './changeset-file.ts';
import type { Comparison, Side } from './reach.ts';
import { resolveRange } from './workspace.ts';

/** That users have to have something that they need not have had before. */
export interface Demand {
  /** Package whose users they are. */
  name: string;
  /** `the peer @livekit/agents goes from ^1.9.0 to ^1.10.0`. */
  what: string;
  /** The lowest level that may bring it. */
  level: Level;
}

/** What packages ask of those who install them that they did not ask before: peers, and the version of Node. */
export function newDemands(compared: readonly Comparison[]): Demand[] {
  return compared.flatMap(({ name, before, after }) => {
    // A package that is new or gone asks nothing of anybody.
    if (before.manifest === undefined || after.manifest === undefined) return [];
    // Before 1.0.0 a minor is what `^` does not take.
    const breaking = major(before.manifest.version ?? '0.0.0') === 0 ? 'minor' : 'major';
    const old = asked(before);
    return [...asked(after)].flatMap(([subject, range]) => {
      const had = old.get(subject);
      if (had === undefined) return [{ name, what: `${subject} ${range} is wanted now`, level: 'minor' as const }];
      const level = levelOf(had, range, breaking);
      return level === undefined ? [] : [{ name, what: `${subject} goes from ${had} to ${range}`, level }];
    });
  });
}

/** The level that all of them together need. */
export function levelFor(demands: readonly Demand[]): Level | undefined {
  return demands.reduce<Level | undefined>((level, demand) => higher(level, demand.level), undefined);
}

function asked({ manifest, catalogs }: Side): Map<string, string> {
  const { peerDependencies = {}, peerDependenciesMeta = {}, engines = {} } = manifest!;
  const peers = Object.entries(peerDependencies)
    .filter(([peer]) => peerDependenciesMeta[peer]?.optional !== true)
    .map(([peer, range]) => [`the peer ${peer}`, resolveRange(peer, range, catalogs)] as const);
  const all = [...peers, ...(engines.node === undefined ? [] : [['Node', engines.node] as const])];
  // What is no range is a complaint of its own, and asks for nothing that could be compared.
  return new Map(all.filter(([, range]) => validRange(range) !== null));
}

function levelOf(had: string, range: string, breaking: Level): Level | undefined {
  if (had === range || subset(had, range)) return undefined;
  const isGivenUp = linesIn(had, range).some((line) => intersects(had, line) && !intersects(range, line));
  return isGivenUp ? breaking : 'minor';
}

/** Ranges of versions that do not break each other: a major, before 1.0.0 a minor. All that these name, and the next. */
function linesIn(...ranges: string[]): string[] {
  const named = ranges
    .flatMap((range) => new Range(range).set.flat())
    .flatMap(({ semver }) => (semver instanceof SemVer ? [semver] : []));
  const upTo = (last: number): number[] => Array.from({ length: last + 2 }, (_, number) => number);
  const majors = upTo(Math.max(0, ...named.map((version) => version.major))).slice(1);
  const minors = upTo(Math.max(0, ...named.filter(({ major }) => major === 0).map(({ minor }) => minor)));
  return [...minors.map((minor) => `~0.${minor}.0`), ...majors.map((major) => `^${major}.0.0`)];
}
