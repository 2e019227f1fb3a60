/**
 * Who does the job. `wire`: bytes through `ws`, and nothing is read; `raw`: the whole job by hand on `ws`, which is the
 * limit; `floor`: the least correct code on LiveKit's own base classes; `ours`; `upstream`: LiveKit's own plugin.
 */
export const modes = ['wire', 'raw', 'floor', 'ours', 'upstream'] as const;
export type Mode = (typeof modes)[number];

/** Something that is measured side by side. */
export interface Job {
  /** What it is called at the command line. */
  name: string;
  title: string;
  /** What is done, and what each mode does of it: Markdown, in whole sentences. */
  about: string;
  /** What the job is done with: providers, lengths, numbers of sessions. */
  variants: readonly string[];
  /** Set if variants are numbers: what of, for the axis of a curve. */
  axis?: string;
  modes: readonly Mode[] | ((variant: string) => readonly Mode[]);
  /** A module that calls {@link runClient}; it runs in a process of its own per round, variant and mode. */
  client: URL;
  /** A module that calls {@link serve}; a process of its own for each client. */
  server?: URL | ((variant: string) => URL);
  /** What is published is measured, and has to be built for it. */
  builds?: boolean;
  measures: readonly Measure[];
  /** Default: 3. */
  rounds?: (quick: boolean) => number;
}

/** A figure that each client tells by this name. */
export interface Measure {
  name: string;
  title: string;
  unit: string;
  /** What is better? Default `less`. */
  better?: 'less' | 'more';
  goals?: readonly Goal[] | ((variant: string) => readonly Goal[]);
  /** What is known of a variant that misses its goal, in whole sentences. */
  reasons?: Readonly<Record<string, string>>;
}

/** No worse than a plugin that does its job and nothing else; less than 5 % is not told apart in a few rounds. */
export const asTheBase: Goal = { times: 'floor', atMost: 1.05 };

/**
 * What ours shall be, by its median: times another mode's, no more than so much above it, or a value by itself.
 * Where LiveKit's base class is no better either, that is said.
 */
export type Goal =
  ({ atMost: number; atLeast?: never } & ({ times: Mode } | { above: Mode } | { value: true })) | AtLeast;
type AtLeast = { atLeast: number; atMost?: never; times: Mode };

/** What a client is asked for. */
export interface Order {
  variant: string;
  mode: Mode;
  /** Less of everything: for looking, not for keeping. */
  quick: boolean;
  /** Where the job's server listens, on 127.0.0.1. 0 without one. */
  port: number;
}

/** What a client tells, by the names of the job's measures. */
export type Figures = Readonly<Record<string, number>>;

export function modesOf(job: Job, variant: string): readonly Mode[] {
  return typeof job.modes === 'function' ? job.modes(variant) : job.modes;
}

export function goalsOf({ goals = [] }: Measure, variant: string): readonly Goal[] {
  return typeof goals === 'function' ? goals(variant) : goals;
}

export function roundsOf(job: Job, quick: boolean): number {
  return job.rounds?.(quick) ?? 3;
}
