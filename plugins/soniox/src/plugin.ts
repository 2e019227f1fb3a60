import { Plugin } from '@livekit/agents';
import manifest from '../package.json' with { type: 'json' };

class SonioxPlugin extends Plugin {
  constructor() {
    super({ title: 'soniox', version: manifest.version, package: manifest.name });
  }
}

/** Makes the plugin known to LiveKit's worker; importing the package is enough. */
export function registerPlugin(): void {
  Plugin.registerPlugin(new SonioxPlugin());
}
