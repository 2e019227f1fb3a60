import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PatchbayError } from '@patchbay/openai';
import type { Cast } from './cast.ts';
import { hearing, speaking } from './providers/index.ts';
import { gatewayChoices, type GatewayChoice, type Part } from './providers/types.ts';
import type { Mode } from './record.ts';

export interface Options {
  modes: readonly Mode[];
  cast: Cast;
  gateway: GatewayChoice;
  live: boolean;
  /** Another fault of the local cloud in every turn. */
  faults: boolean;
  /** Fewer phrases. */
  short: boolean;
  verbose: boolean;
  /** Folder of the report and the recordings. */
  out: string;
  help: boolean;
}

const list = (names: Iterable<string>): string => [...names].join(', ');

export const help = `Agents talk, hear, are interrupted and say goodbye: real LiveKit AgentSessions on the plugins of Patchbay.

  pnpm demo [options]

  --mode <mode>        pipeline (speech, text, model, speech), realtime (speech to speech) or both; default both, or
                       pipeline with --stt or --tts
  --stt <name>         who hears in the pipeline: ${list(hearing.keys())}; default openai
  --tts <name>         who speaks in the pipeline: ${list(speaking.keys())}; default openai
  --gateway <name>     whose rules stand between: ${list(gatewayChoices)}; default litellm, or none for parts that
                       LiteLLM does not let through
  --live               talk to the services themselves, with the keys in the environment (OPENAI_API_KEY and those of
                       --stt and --tts), not to the local cloud; real models choose their own words, so only turns,
                       sound and tool calls are checked
  --faults             something else goes wrong in every turn of a longer conversation: lines are cut, requests refused;
                       the report says what it was, what the agent did and what the caller lost
  --short              three phrases in place of four, and a story that is cut off earlier
  --out <folder>       where the report and the recordings go; default demo/out
  --verbose            show the log of the agent framework
  --help               this text

  pnpm demo --stt deepgram --tts openai
  pnpm demo:combinations        a short conversation with every --stt and every --tts

Exits with 0 only if every word arrived, with 1 if one did not or the report could not be written, and with 2 for
options that make no sense.`;

const modes: ReadonlyMap<string, readonly Mode[]> = new Map([
  ['pipeline', ['pipeline']],
  ['realtime', ['realtime']],
  ['both', ['pipeline', 'realtime']],
]);

/** @throws PatchbayError `invalid-option` that says what was wrong and what there is. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Options {
  const { live, faults, short, verbose, out, help, ...values } = parse(args);
  const chosenParts = values.stt !== undefined || values.tts !== undefined;
  const mode = values.mode ?? (chosenParts ? 'pipeline' : 'both');
  const chosen = choose('mode', modes, mode);
  const cast = {
    stt: choose('stt', hearing, values.stt ?? 'openai'),
    tts: choose('tts', speaking, values.tts ?? 'openai'),
  };
  const gateway = chooseGateway(values.gateway, cast, live);
  if (mode === 'realtime' && chosenParts) {
    refuse(
      '--stt and --tts are parts of the pipeline, and speech to speech has none: leave them or --mode realtime out.',
    );
  }
  if (live && faults) refuse('--faults are those of the local cloud: leave --live out.');
  if (faults && chosenParts) refuse('--faults has a script for the openai plugin alone: leave --stt and --tts out.');
  if (faults && short) refuse('--faults has a fault for every phrase of its script: leave --short out.');
  if (live && !help) checkKeys(cast, environment);
  if (out === '') refuse('--out needs the name of a folder.');
  return { modes: chosen, cast, gateway, live, faults, short, verbose, out: resolve(out), help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        mode: { type: 'string' },
        stt: { type: 'string' },
        tts: { type: 'string' },
        gateway: { type: 'string' },
        live: { type: 'boolean', default: false },
        faults: { type: 'boolean', default: false },
        short: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        out: { type: 'string', default: resolve(import.meta.dirname, '../out') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function choose<Choice>(option: string, choices: ReadonlyMap<string, Choice>, name: string): Choice {
  return choices.get(name) ?? refuse(`--${option} is one of ${list(choices.keys())}, not ‘${name}’.`);
}

function chooseGateway(name: string | undefined, cast: Cast, live: boolean): GatewayChoice {
  const stoppedBy = (gateway: GatewayChoice): Part<unknown> | undefined =>
    [cast.stt, cast.tts].find(({ gateways }) => !gateways.includes(gateway));
  if (name === undefined) return live || stoppedBy('litellm') ? 'none' : 'litellm';
  if (live) refuse('--live goes to the services themselves: leave --gateway out, it is about the local cloud.');
  const gateway = choose('gateway', new Map(gatewayChoices.map((choice) => [choice, choice])), name);
  const stopped = stoppedBy(gateway);
  if (stopped) refuse(`--gateway ${gateway} does not let ${stopped.title} through: take --gateway none.`);
  return gateway;
}

/** OpenAI's is the model that answers, whoever hears and speaks. */
function checkKeys({ stt, tts }: Cast, environment: NodeJS.ProcessEnv): void {
  const needed = new Set(['OPENAI_API_KEY', stt.provider.key, tts.provider.key]);
  const missing = [...needed].filter((key) => !environment[key]);
  if (missing.length > 0) refuse(`--live needs ${missing.join(' and ')} in the environment.`);
}

function refuse(message: string): never {
  throw new PatchbayError('invalid-option', message);
}
