import { createRequire } from 'node:module';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What was measured on, and with. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGB: number;
  system: string;
  node: string;
  packages: Readonly<Record<string, string>>;
}

const named = ['@livekit/agents', '@livekit/agents-plugin-openai', '@livekit/rtc-node', 'ws'];

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    packages: Object.fromEntries(named.map((name) => [name, versionOf(name)])),
  };
}

/** Not every package exports its manifest. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
      if (manifest.name === name) return String(manifest.version);
    } catch {
      // Further up.
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
