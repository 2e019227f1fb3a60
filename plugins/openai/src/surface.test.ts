import { describeSurface } from '@patchbay/conformance/surface';

describeSurface({
  upstream: import.meta.resolve('@livekit/agents-plugin-openai'),
  ours: new URL('./index.ts', import.meta.url),
  documented: new URL('../../../docs/migrating.md', import.meta.url),
});
