// Somebody who uses the plugins as ES modules. Their names are its arguments.
import * as agents from '@livekit/agents';
import * as loopback from '@patchbay/loopback';
import { consume } from './program.cjs';

const names = process.argv.slice(2);
const loaded = await Promise.all(names.map((name) => import(name)));
await consume({ agents, loopback, plugins: Object.fromEntries(names.map((name, index) => [name, loaded[index]])) });
