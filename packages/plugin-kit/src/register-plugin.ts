import { Plugin } from '@livekit/agents';

class ProviderPlugin extends Plugin {
  constructor(title: string, { name, version }: { name: string; version: string }) {
    super({ title, version, package: name });
  }
}

/** Makes a plugin known to LiveKit's worker: once, where its package is imported. `manifest`: its package.json. */
export function registerPlugin(title: string, manifest: { name: string; version: string }): void {
  Plugin.registerPlugin(new ProviderPlugin(title, manifest));
}
