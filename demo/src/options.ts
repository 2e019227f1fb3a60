import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gatewayChoices, type GatewayChoice } from './cast.ts';
import type { Mode } from './record.ts';

export interface Options {
  modes: readonly Mode[];
  gateway: GatewayChoice;
  live: boolean;
  /** Another fault of the local cloud in every turn. */
  faults: boolean;
  verbose: boolean;
  /** Folder of the report and the recordings. */
  out: string;
  help: boolean;
}

export const help = `Two agents talk, hear, are interrupted and say goodbye: a real LiveKit AgentSession on @patchbay/openai.

  pnpm demo [options]

  --mode <mode>        pipeline (speech, text, model, speech), realtime (speech to speech) or both; default both
  --gateway <name>     whose rules stand between: ${gatewayChoices.join(', ')}; default litellm
  --live               talk to the service that OPENAI_API_KEY and OPENAI_BASE_URL name, not to the local one; real
                       models choose their own words, so only turns, sound and tool calls are checked
  --faults             something else goes wrong in every turn of a longer conversation: lines are cut, requests refused;
                       the report says what it was, what the agent did and what the caller lost
  --out <folder>       where the report and the recordings go; default demo/out
  --verbose            show the log of the agent framework
  --help               this text

Exits with 0 only if every word arrived, with 1 if one did not or the report could not be written, and with 2 for
options that make no sense.`;

const modes: Record<string, readonly Mode[]> = {
  pipeline: ['pipeline'],
  realtime: ['realtime'],
  both: ['pipeline', 'realtime'],
};

/** Throws an Error that says what was wrong. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { type: 'string', default: 'both' },
      gateway: { type: 'string' },
      live: { type: 'boolean', default: false },
      faults: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      out: { type: 'string', default: resolve(import.meta.dirname, '../out') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { mode, live, faults, verbose, out, help } = values;
  const chosen = modes[mode];
  if (!chosen) throw new Error(`--mode is pipeline, realtime or both, not '${mode}'.`);
  const gateway = gatewayChoices.find((name) => name === (values.gateway ?? 'litellm'));
  if (!gateway) throw new Error(`--gateway is ${gatewayChoices.join(', ')}, not '${values.gateway}'.`);
  if (live && values.gateway !== undefined)
    throw new Error('--live goes where OPENAI_BASE_URL says: leave --gateway out, it is about the local cloud.');
  if (live && faults) throw new Error('--faults are those of the local cloud: leave --live out.');
  if (live && !help && !environment.OPENAI_API_KEY) throw new Error('--live needs OPENAI_API_KEY in the environment.');
  if (out === '') throw new Error('--out needs the name of a folder.');
  return { modes: chosen, gateway, live, faults, verbose, out: resolve(out), help };
}
