import { Plugin } from '@livekit/agents';
import manifest from '../package.json' with { type: 'json' };

class DeepgramPlugin extends Plugin {
  constructor() {
    super({ title: 'deepgram', version: manifest.version, package: manifest.name });
  }
}

/** Makes the plugin known to LiveKit's worker; importing the package is enough. */
export function registerPlugin(): void {
  Plugin.registerPlugin(new DeepgramPlugin());
}
