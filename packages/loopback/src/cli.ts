#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import type { CloudEvent, Loopback, LoopbackOptions, Mind } from './cloud.ts';
import { listFaults } from './faults/list.ts';
import { kindOf, parseFault } from './faults/parse.ts';
import type { Fault } from './faults/types.ts';
import { findGateway } from './gateways/index.ts';
import { gatewayNames } from './gateways/names.ts';
import { passThroughMind } from './mind/index.ts';
import { startLoopback } from './server.ts';

const DEFAULT_PORT = 4100;
const CARRIERS = ['high', 'wide', 'inband', 'off'] as const;

const HELP = `loopback ${manifest.version}: a voice cloud on this machine, speaking OpenAI's dialect, and
Deepgram's and Soniox's at their own paths

  npx @patchbay/loopback [options]

  --port N           listen on 127.0.0.1:N (default ${DEFAULT_PORT}; 0: any free port)
  --gateway NAME     put a gateway's rules in front:
                     ${wrap(gatewayNames, 58).join('\n                     ')}
  --mind WHO         who answers: scripted (default), echo, or the base URL of an
                     OpenAI-compatible service (its key: LOOPBACK_MIND_KEY)
  --mind-model NAME  the model to ask there, whatever the client asked for
  --carrier HOW      how text travels beside the voice: high (default), wide
                     (survives 16 kHz), inband (8 kHz telephony too), off
  --fault FAULT      make something go wrong (may be repeated), e.g. stall-after:3,
                     drop-at:response.created or refuse:503,times=2,path=/v1/responses
  --list-faults      what can go wrong, and how it is written
  --key KEY          accept this key only (may be repeated; default: any)
  --tls-cert FILE    serve TLS with this certificate (PEM) …
  --tls-key FILE     … and this key
  --quiet            print the address only
  --help, --version
`;

const flags = {
  port: { type: 'string' },
  gateway: { type: 'string' },
  mind: { type: 'string' },
  'mind-model': { type: 'string' },
  carrier: { type: 'string' },
  fault: { type: 'string', multiple: true },
  'list-faults': { type: 'boolean' },
  key: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

/** Wrong usage: told in a line, exit code 2. */
class UsageError extends Error {}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(`loopback: ${error instanceof Error ? error.message : String(error)}`);
  if (usage) console.error('Try loopback --help.');
  process.exitCode = usage ? 2 : 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(HELP);
  if (values.version) return console.log(manifest.version);
  if (values['list-faults']) return console.log(listFaults());
  const options = await readOptions(values);
  const cloud = await startLoopback(options);
  const stop = (): void => {
    void cloud.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (!values.quiet) cloud.on('event', printEvent);
  printAddress(cloud, options);
}

async function readOptions(values: Flags): Promise<LoopbackOptions> {
  return {
    port: readPort(values.port),
    gateway: readGateway(values.gateway),
    mind: readMind(values.mind, values['mind-model']),
    carrier: readCarrier(values.carrier),
    keys: readKeys(values.key),
    faults: readFaults(values.fault),
    tls: await readTls(values['tls-cert'], values['tls-key']),
  };
}

/** What a variable that is not set leaves of `--key "$KEY"` would be a key that nobody can send. */
function readKeys(keys: string[] | undefined): string[] | undefined {
  if (keys?.some((key) => !/^[\x21-\x7e]+$/.test(key))) {
    throw new UsageError(
      '--key wants a key, which is neither empty nor holds white space; leave it out to accept any.',
    );
  }
  return keys;
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port wants a number up to 65535, not '${text}'.`);
  return port;
}

function readGateway(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    return findGateway(name).name;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readMind(who: string | undefined, model: string | undefined): Mind | 'scripted' | 'echo' | undefined {
  if (who === undefined || who === 'scripted' || who === 'echo') return who;
  if (!URL.canParse(who) || !/^https?:$/.test(new URL(who).protocol)) {
    throw new UsageError(`--mind wants scripted, echo or a base URL, not '${who}'.`);
  }
  return passThroughMind({ baseURL: who, apiKey: process.env.LOOPBACK_MIND_KEY, model });
}

function readCarrier(how: string | undefined): LoopbackOptions['carrier'] {
  const carrier = CARRIERS.find((name) => name === how);
  if (how === undefined || carrier) return carrier;
  throw new UsageError(`--carrier wants high, wide, inband or off, not '${how}'.`);
}

function readFaults(texts: readonly string[] | undefined): Fault[] | undefined {
  try {
    return texts?.map((text) => parseFault(text));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readTls(cert: string | undefined, key: string | undefined): Promise<LoopbackOptions['tls']> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw new UsageError('--tls-cert and --tls-key go together.');
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

function printAddress(cloud: Loopback, { gateway, keys }: LoopbackOptions): void {
  const name = typeof gateway === 'string' ? gateway : gateway?.name;
  console.log(`Loopback listens at ${cloud.url}${name ? `, behind the rules of ${name}` : ''}.\n`);
  console.log(`  export OPENAI_BASE_URL=${cloud.url}`);
  console.log(`  export OPENAI_API_KEY=${keys?.[0] ?? 'any-key-will-do'}\n`);
  console.log(`Deepgram and Soniox are at ${cloud.origin}, at their own paths.\n`);
  if (name) console.log(`${findGateway(name).note}\n`);
  for (const { fault } of cloud.faults.injected) console.log(`Goes wrong: ${fault.name}, ${kindOf(fault.name).does}.`);
  if (cloud.ca) console.log(`\nTrust this authority (NODE_EXTRA_CA_CERTS):\n${cloud.ca}`);
}

/** Lanes that a person at a terminal wants to see; the rest is for tests and reports. */
const SHOWN = new Set(['http', 'socket', 'gateway', 'fault', 'transcript', 'error']);

function printEvent({ lane, name, detail, wall }: CloudEvent): void {
  if (!SHOWN.has(lane)) return;
  const time = new Date(wall).toISOString().slice(11, 23);
  console.log(`${time}  ${lane.padEnd(10)}  ${name}  ${Object.keys(detail).length > 0 ? JSON.stringify(detail) : ''}`);
}

function wrap(names: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + name.length + 2 <= width) lines[lines.length - 1] = `${line}, ${name}`;
    else lines.push(name);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line},` : line));
}
