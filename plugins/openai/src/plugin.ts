import { Plugin } from '@livekit/agents';
import manifest from '../package.json' with { type: 'json' };

class OpenAIPlugin extends Plugin {
  constructor() {
    super({ title: 'openai', version: manifest.version, package: manifest.name });
  }
}

/** Makes the plugin known to LiveKit's worker; importing the package is enough. */
export function registerPlugin(): void {
  Plugin.registerPlugin(new OpenAIPlugin());
}
